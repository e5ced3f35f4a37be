/**
 * Some lines of a file of an export: the resources with these ids, asked for and judged now, for the caller who fetches them. INVARIANT: that a job found an
 * id opens nothing; what has become hidden since is as absent.
 */
import type { ExportAsked } from '../operation/export-asked.ts';
import { planSearch } from '../planning/plan-search.ts';
import { releaseNdjson } from '../release/release-ndjson.ts';
import { admit } from './admit.ts';
import { belonging } from './export-page.ts';
import { FactBook } from './fact-book.ts';
import { gatherAll } from './gather-all.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import type { Outcome } from './outcome.ts';
import { plainCriterion, plainSearch } from './plain-search.ts';
import type { ExportPlan } from './plan-export.ts';

export function* exportLines(
  given: Given,
  asked: ExportAsked,
  { patients }: Pick<ExportPlan, 'patients'>,
  typeName: string,
  ids: readonly string[],
): Generator<Need, Outcome, Found> {
  const permit = admit(given, 'search', typeName);
  if (permit.kind === 'denied') return permit;
  const { tables, dialect, bases, now } = given;
  const type = tables.types.get(typeName)!;
  const shape = { summary: undefined, elements: asked.elements(typeName), version: tables.version };
  const book = new FactBook(given);
  const byId = plainCriterion(type.searchParameters.get('_id')!, ids);
  const plan = planSearch(plainSearch(given, typeName, [byId]), permit, {
    type,
    tables,
    dialect,
    bases,
    now,
    count: undefined,
  });
  const found = ids.length === 0 ? { visible: [], withheld: 0 } : yield* gatherAll(given, book, permit, plan, ids.length);
  const wanted = new Set(ids);
  const kept = new Set(yield* belonging(given, book, type, asked, patients, found.visible));
  const visible = found.visible.filter(({ id }) => id !== undefined && wanted.has(id) && kept.has(id));
  visible.sort((one, other) => (one.id! < other.id! ? -1 : 1));
  return releaseNdjson({ visible, withheld: found.withheld, shape }, permit.decision, bases);
}
