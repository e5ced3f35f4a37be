/**
 * A few upstream pages of one search of an export: which resources its caller sees. Only their ids are handed to the host; what is in them is asked for and
 * judged again when a file is fetched (`exportLines`).
 */
import { compartmentPatients } from '../compartment/compartment-patients.ts';
import type { TypeFacts } from '../fhir/tables.ts';
import type { ExportAsked } from '../operation/export-asked.ts';
import { planSearch, type SearchPlan } from '../planning/plan-search.ts';
import { releasedForm } from '../release/released-form.ts';
import type { Visible } from '../release/visible.ts';
import { understand } from '../request/understand.ts';
import { FactBook } from './fact-book.ts';
import { gatherAll } from './gather-all.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import type { ExportPart, ExportPlan } from './plan-export.ts';
import { readMatches } from './read-matches.ts';
import { Stages } from './stages.ts';
import { visiblePatients } from './visible-patients.ts';

export interface ExportPage {
  readonly ids: readonly string[];
  /** Where to go on, to be handed in again; undefined = the search is at its end. '' = it must begin again, for the upstream has lost the place. */
  readonly next: string | undefined;
}

const PAGES = 5;
const COUNT = 199;
const MOST_AT_ONCE = 10_000;

/** `from`: '' at first, then what the page before said. The last page is read twice, so that what moved forward meanwhile is not missed. */
export function* exportPage(
  given: Given,
  asked: ExportAsked,
  { patients }: Pick<ExportPlan, 'patients'>,
  part: ExportPart,
  from: string,
): Generator<Need, ExportPage, Found> {
  const headers = new Map<string, readonly string[]>();
  const search = understand({ method: 'GET', target: part.target, headers, body: new Uint8Array(0) }, given.tables);
  if (search.interaction !== 'search') throw new Error('not a search');
  const { tables, dialect, bases, now } = given;
  const type = tables.types.get(part.type)!;
  const book = new FactBook(given);
  const stages = new Stages(given, book);
  const permit = stages.permitFor(type.name);
  const criteria = permit === undefined ? undefined : yield* stages.plain(search.criteria, type);
  if (permit === undefined || criteria === undefined) return { ids: [], next: undefined };
  const plan = planSearch({ ...search, criteria }, permit, { type, tables, dialect, bases, now, count: COUNT });
  if (plan.first === undefined) return { ids: [], next: undefined };

  const visible: Visible[] = [];
  let next: string | undefined;
  if (plan.others.length > 0) visible.push(...(yield* gatherAll(given, book, permit, plan, MOST_AT_ONCE)).visible);
  else next = yield* pages(given, book, permit, plan, from, visible);
  return { ids: yield* belonging(given, book, type, asked, patients, visible), next };
}

function* pages(
  given: Given,
  book: FactBook,
  permit: NonNullable<ReturnType<Stages['permitFor']>>,
  plan: SearchPlan,
  from: string,
  into: Visible[],
): Generator<Need, string | undefined, Found> {
  const read = yield* readMatches(given, book, {
    permit,
    plan,
    first: plan.first!,
    from,
    budget: { pages: PAGES },
    take: (one) => into.push(one) > 0,
    goOn: (count) => count < PAGES,
  });
  return read.end === 'end' ? undefined : read.end === 'lost' ? '' : read.lastPage;
}

/** Of an export of patients: what lies in the compartment of one of them, as far as the caller sees it lie there. */
export function* belonging(
  given: Given,
  book: FactBook,
  type: TypeFacts,
  { level }: Pick<ExportAsked, 'level'>,
  patients: readonly string[] | undefined,
  visible: readonly Visible[],
): Generator<Need, readonly string[], Found> {
  const ids = visible.map(({ id }) => id!);
  if (level === 'system') return ids;
  const { bases } = given;
  const of = visible.map((one) => {
    const { document, node } = releasedForm(one);
    return compartmentPatients(document, node, type, [bases.ours, bases.upstream]);
  });
  const all = (): ReadonlySet<string> => new Set(of.flatMap((some) => [...some]));
  const known =
    patients !== undefined ? new Set(patients) : type.name === 'Patient' ? all() : yield* visiblePatients(given, book, all());
  return ids.filter((_, index) => [...of[index]!].some((id) => known.has(id)));
}
