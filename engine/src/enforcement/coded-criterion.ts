/**
 * search.html#modifiers: `:in`, `:not-in`, `:below` and `:above` of codes, turned into the codes that they mean by the ValueSets and CodeSystems that the
 * caller sees (search-semantics §4). INVARIANT: the upstream is never asked with them, for it would answer by terminology that is hidden too. What is
 * hidden, absent or not whole is one refusal.
 */
import type { CodeSystem } from '../concept/code-system.ts';
import { unsaid } from '../concept/unsaid.ts';
import type { SearchParameter } from '../fhir/tables.ts';
import { Problem } from '../problem.ts';
import type { Criterion } from '../request/request.ts';
import type { Found, Need } from './need.ts';
import type { TerminologyBook } from './terminology-book.ts';

const modifiers: ReadonlySet<string | undefined> = new Set(['in', 'not-in', 'below', 'above']);

/** Of no chain: what the end of one is shows when its stage is run. */
export function readsTerminology({ modifier }: Criterion, { type }: SearchParameter): boolean {
  return type === 'token' && modifiers.has(modifier);
}

/** The same by its codes; without any, nothing meets it. Undefined: everything meets it. Throws Problem `terminology-unknown` or `too-costly`. */
export function* byCodes(
  book: TerminologyBook,
  criterion: Criterion,
  definition: SearchParameter,
  most: number,
): Generator<Need, Criterion | undefined, Found> {
  const { modifier, values } = criterion;
  const codes = new Set<string>();
  for (const value of values) {
    const found =
      modifier === 'in' || modifier === 'not-in' ? yield* inValueSet(book, value) : yield* inHierarchy(book, value, modifier);
    for (const code of found) codes.add(code);
  }
  if (codes.size > most) throw new Problem('too-costly', 'The codes that are meant are too many. Name fewer.');
  if (modifier === 'not-in' && codes.size === 0) return undefined;
  return { ...criterion, definition, modifier: modifier === 'not-in' ? 'not' : undefined, values: [...codes] };
}

function* inValueSet(book: TerminologyBook, canonical: string): Generator<Need, readonly string[], Found> {
  const valueSet = yield* book.find('ValueSet', canonical);
  if (valueSet === undefined) throw unsaid();
  return (yield* book.codes(valueSet)).flatMap(({ system, code }) => tokenOf(system, code));
}

function* inHierarchy(
  book: TerminologyBook,
  value: string,
  modifier: string | undefined,
): Generator<Need, readonly string[], Found> {
  const [system = '', ...rest] = value.split('|');
  const code = rest.join('|');
  if (system === '' || code === '')
    throw new Problem('parameter-invalid', 'A code above or below which to search is written as system|code.');
  const within = yield* book.system(system);
  const start = within.find(code);
  if (start === undefined) throw unsaid();
  const codes = modifier === 'above' ? codesAbove(within, start.code) : codesBelow(within, start.code);
  return codes.flatMap((one) => tokenOf(system, one));
}

/** Itself among them. */
function codesAbove(within: CodeSystem, code: string): readonly string[] {
  return [...within.above(code)].flatMap((one) => within.find(one)?.code ?? []);
}

function codesBelow(within: CodeSystem, code: string): readonly string[] {
  const top = within.find(code);
  return [...within.concepts.values()]
    .filter((concept) => [...within.above(concept.code)].some((one) => within.find(one) === top))
    .map((concept) => concept.code);
}

/** As a token is written. A part that is empty would mean any system, or any code. */
function tokenOf(system: string, code: string): readonly string[] {
  return system === '' || code === '' ? [] : [`${system}|${code}`];
}
