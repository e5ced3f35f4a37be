/** valueset-operation-expand.html: the codes of a value set, in its order, flat. */
import { textOf } from '../concept/plain.ts';
import type { JsonValue } from '../json/value.ts';
import { Problem } from '../problem.ts';
import type { Found, Need } from './need.ts';
import type { TerminologyGiven } from './terminology.ts';

/** Codes of an expansion without `count`. */
const MOST = 10_000;

export function* expandValueSet({ given, input, book, subject }: TerminologyGiven): Generator<Need, JsonValue, Found> {
  if (subject === undefined) throw new Problem('parameter-invalid', 'The operation needs the url of a value set.');
  const [offset, count] = [numberOf(input.one('offset')) ?? 0, numberOf(input.one('count'))];
  const filter = input.one('filter')?.toLowerCase();
  const activeOnly = input.one('activeOnly') ?? 'false';
  if (activeOnly !== 'true' && activeOnly !== 'false') throw new Problem('parameter-invalid', 'activeOnly is true or false.');
  const all = (yield* book.codes(subject)).filter(
    ({ code, display, isInactive }) =>
      (activeOnly === 'false' || !isInactive) &&
      (filter === undefined || code.toLowerCase().includes(filter) || (display ?? '').toLowerCase().includes(filter)),
  );
  if (count === undefined && all.length > MOST)
    throw new Problem('too-costly', 'The expansion is too long. Ask for a part of it by count.');
  const contains = all.slice(offset, count === undefined ? undefined : offset + count).map((one) => ({
    system: one.system,
    ...(one.isAbstract ? { abstract: true } : {}),
    ...(one.isInactive ? { inactive: true } : {}),
    ...(one.version === undefined ? {} : { version: one.version }),
    code: one.code,
    ...(one.display === undefined ? {} : { display: one.display }),
  }));
  const told = ['url', 'version', 'name', 'title', 'status'].flatMap((name) => {
    const text = textOf(subject, name);
    return text === undefined ? [] : [[name, text] as const];
  });
  return {
    resourceType: 'ValueSet',
    ...Object.fromEntries(told),
    expansion: {
      timestamp: new Date(given.now).toISOString(),
      total: all.length,
      offset,
      ...(contains.length === 0 ? {} : { contains }),
    },
  };
}

function numberOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,7}$/.test(text)) throw new Problem('parameter-invalid', 'offset and count are whole numbers.');
  return Number(text);
}
