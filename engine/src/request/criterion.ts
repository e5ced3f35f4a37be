/**
 * One search criterion, with its chain or `_has`, read against the tables (FHIR R4 search.html#chaining, #has). Every link must be a reference
 * parameter that may point to the next type; a link without a type stands for every target type that has the rest.
 */
import type { FhirTables, SearchParameter, TypeFacts } from '../fhir/tables.ts';
import { Problem } from '../problem.ts';
import { mayModify } from './modifiers.ts';
import type { Pair } from './parameters.ts';
import type { Criterion } from './request.ts';
import { parseValues } from './value-grammar.ts';

type Link = NonNullable<Criterion['chain']>[number];

const DEEPEST = 8;

/** `types`: the types searched, at least one; all must have the parameter. Undefined when its name is unknown. Throws Problem for all else. */
export function parseCriterion(pair: Pair, types: readonly TypeFacts[], tables: FhirTables): Criterion | undefined {
  const { has, rest } = parseHas(pair.name, types, tables);
  const on = has === undefined ? types : [endpoint(has[has.length - 1]?.type ?? '', tables)];
  const links = rest.split('.').map(parseLink);
  if (links.length > DEEPEST) throw new Problem('parameter-invalid', 'A chain is too long.');
  const [{ name, type: firstPart } = { name: '', type: undefined }] = links;
  const definitions = on.map((type) => type.searchParameters.get(name)).filter((definition) => definition !== undefined);
  const [definition] = definitions;
  if (definition === undefined || definitions.length < on.length) {
    if (has === undefined) return undefined;
    throw brokenLink();
  }
  if (links.length === 1) {
    const values = on.map((type) => lastLink(type, name, firstPart, pair.value, tables));
    return Object.freeze({ name, definition, modifier: firstPart, values: values[0] ?? [], chain: undefined, has });
  }
  if (definitions.some((one) => one.type !== 'reference')) throw brokenLink();
  const reached = links.slice(0, -1).reduce<readonly TypeFacts[]>((from, link) => follow(from, link, tables), on);
  const last = links[links.length - 1] ?? { name: '', type: undefined };
  const holders = reached.filter((type) => type.searchParameters.has(last.name));
  if (holders.length === 0) throw brokenLink();
  const values = holders.map((type) => {
    refuseHiddenBar(type.searchParameters.get(last.name), pair.value);
    return lastLink(type, last.name, last.type, pair.value, tables);
  });
  const chain = [...links.slice(0, -1), { name: last.name, type: undefined }];
  return Object.freeze({ name, definition, modifier: last.type, values: values[0] ?? [], chain: Object.freeze(chain), has });
}

/** `_has:Observation:patient:_has:…:code` → its steps, outermost first, and the parameter at the end. */
function parseHas(
  name: string,
  types: readonly TypeFacts[],
  tables: FhirTables,
): { readonly has: Criterion['has']; readonly rest: string } {
  if (!name.startsWith('_has:')) return { has: undefined, rest: name };
  const steps: { readonly type: string; readonly reference: string }[] = [];
  let rest = name;
  let pointedAt = types;
  while (rest.startsWith('_has:')) {
    const [, type = '', reference = '', ...more] = rest.split(':');
    const facts = endpoint(type, tables);
    const definition = facts.searchParameters.get(reference);
    const fits = definition?.type === 'reference' && pointedAt.every((target) => definition.targets.includes(target.name));
    if (!fits || more.length === 0 || steps.length === DEEPEST) throw brokenLink();
    steps.push({ type, reference });
    pointedAt = [facts];
    rest = more.join(':');
  }
  return { has: Object.freeze(steps), rest };
}

/** `subject:Patient` → its two halves. What follows the colon is a type inside a chain and a modifier at its end. */
function parseLink(text: string): Link {
  const colon = text.indexOf(':');
  return colon === -1 ? { name: text, type: undefined } : { name: text.slice(0, colon), type: text.slice(colon + 1) };
}

/** The types that a link leads to, from those of `from` that have it. */
function follow(from: readonly TypeFacts[], link: Link, tables: FhirTables): readonly TypeFacts[] {
  const targets = new Set<string>();
  for (const type of from) {
    const definition = type.searchParameters.get(link.name);
    if (definition?.type === 'reference') for (const target of definition.targets) targets.add(target);
  }
  if (link.type !== undefined && !targets.has(link.type)) throw brokenLink();
  const names = link.type === undefined ? [...targets] : [link.type];
  const types = names.map((name) => tables.types.get(name)).filter((type) => type !== undefined && type.category !== 'none');
  if (types.length === 0) throw brokenLink();
  return types as readonly TypeFacts[];
}

function lastLink(
  type: TypeFacts,
  name: string,
  modifier: string | undefined,
  text: string,
  tables: FhirTables,
): readonly string[] {
  const definition = type.searchParameters.get(name) as SearchParameter;
  if (modifier !== undefined && !mayModify(definition, modifier)) {
    throw new Problem('parameter-invalid', `The modifier is not one of the parameter ${definition.name}.`);
  }
  return Object.freeze(parseValues(text, { definition, modifier, type, tables }));
}

/** The criterion does not say of which type the end of its chain is, so there a bar is always a separator. */
function refuseHiddenBar(definition: SearchParameter | undefined, text: string): void {
  if (!text.includes('\\|') || (definition?.type !== 'token' && definition?.type !== 'quantity')) return;
  throw new Problem('parameter-invalid', 'A chained value may not hold an escaped bar.');
}

function endpoint(name: string, tables: FhirTables): TypeFacts {
  const type = tables.types.get(name);
  if (type === undefined || type.category === 'none') throw brokenLink();
  return type;
}

function brokenLink(): Problem {
  return new Problem('parameter-invalid', 'A chained parameter names a type or a reference that does not fit.');
}
