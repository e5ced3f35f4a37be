/** `_format`, `_pretty`, `_summary`, `_elements` and Accept (FHIR R4 http.html#parameters, search.html#summary, #elements). */
import type { TypeFacts } from '../fhir/tables.ts';
import { Problem } from '../problem.ts';
import { readsXml } from '../xml/json-of.ts';
import { acceptedFormat, namedFormat } from './accept.ts';
import { type Asking, fhirVersionOf } from './asking.ts';
import type { Representation } from './request.ts';

/** For interactions that answer with nothing to shorten: `_summary` and `_elements` stay, and so are unknown. */
export function plainRepresentation({ request, tables, parameters }: Asking): Representation {
  const format = parameters.one('_format');
  const pretty = parameters.one('_pretty') ?? 'false';
  if (pretty !== 'true' && pretty !== 'false') throw invalid('_pretty');
  const chosen =
    format === undefined ? acceptedFormat(request.headers.get('accept') ?? [], fhirVersionOf(tables)) : namedFormat(format);
  if (chosen === 'xml' && !readsXml(tables.version))
    throw new Problem('not-acceptable', `FHIR ${tables.version} is answered in JSON: accept application/fhir+json.`);
  return Object.freeze({
    format: chosen,
    pretty: pretty === 'true',
    summary: undefined,
    elements: undefined,
  });
}

/** `types`: those that the answer may hold; an element of `_elements` must be one of theirs. `count`: `_summary=count` makes sense. */
export function representation(asking: Asking, types: readonly TypeFacts[], count: boolean): Representation {
  const plain = plainRepresentation(asking);
  const summary = summaryOf(asking.parameters.one('_summary'));
  const names = asking.parameters.one('_elements');
  if (summary !== undefined && names !== undefined) {
    throw new Problem('parameter-invalid', 'Use either _summary or _elements.');
  }
  if (summary === 'count' && !count) throw invalid('_summary');
  return Object.freeze({ ...plain, summary, elements: names === undefined ? undefined : elementsOf(names, types) });
}

function summaryOf(text: string | undefined): Representation['summary'] {
  switch (text) {
    case undefined:
    case 'true':
    case 'text':
    case 'data':
    case 'count':
    case 'false':
      return text;
    default:
      throw invalid('_summary');
  }
}

/** `value` stands for every spelling of `value[x]`. */
function elementsOf(text: string, types: readonly TypeFacts[]): readonly string[] {
  const elements = new Set<string>();
  for (const name of text.split(',')) {
    const choice = /^[a-z][A-Za-z]*$/.test(name) ? new RegExp(`^${name}[A-Z]`) : undefined;
    let known = false;
    for (const type of types) {
      const spelled = type.elements.has(name) ? [name] : choicesOf(type, choice);
      for (const element of spelled) elements.add(element);
      known ||= spelled.length > 0;
    }
    if (!known) throw invalid('_elements');
  }
  return Object.freeze([...elements]);
}

function choicesOf(type: TypeFacts, choice: RegExp | undefined): readonly string[] {
  return choice === undefined ? [] : [...type.elements].filter((element) => choice.test(element));
}

function invalid(name: string): Problem {
  return new Problem('parameter-invalid', `The value of ${name} is not one that FHIR knows.`);
}
