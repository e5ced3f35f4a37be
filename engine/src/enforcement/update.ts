/** http.html#update. To an id that the caller does not see it is refused, alike for hidden and free ids, unless nothing could be hidden. */
import { decide } from '../decision/decide.ts';
import { innerMasks } from '../decision/masks.ts';
import type { Permit } from '../decision/permit.ts';
import type { JsonDocument } from '../json/scan.ts';
import { Problem } from '../problem.ts';
import { denied } from '../release/denied.ts';
import { judge } from '../release/visible.ts';
import type { UpdateRequest } from '../request/request.ts';
import { checkId } from '../request/resource-body.ts';
import { admit, presentedToken } from './admit.ts';
import { refuseClosedBody, writeClosed } from './closed-write.ts';
import { current, type Missing } from './current.ts';
import { deniedWrite } from './denied-write.ts';
import { candidate, draft } from './draft.ts';
import type { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import { labelsOf } from './labels.ts';
import { mergeBack } from './merge-back.ts';
import type { Found, Need } from './need.ts';
import type { PreparedOrAnswered } from './prepared.ts';
import { rebased } from './rebased.ts';
import { refuseUnserved } from './refuse-unserved.ts';
import { replace } from './replace.ts';
import { requireIfMatch } from './require-if-match.ts';
import { withoutUnseenOwners } from './unseen-owners.ts';
import { withoutAddedLabels } from './without-added-labels.ts';
import { refuseUnseenTargets } from './written-references.ts';

export function* prepareUpdate(given: Given, book: FactBook, asked: UpdateRequest): Generator<Need, PreparedOrAnswered, Found> {
  const { type, id, conditions } = asked;
  const permit = admit(given, 'update', type);
  if (permit.kind === 'denied') return permit;
  const read = admit(given, 'read', type);
  if (read.kind === 'denied') return read;
  refuseUnserved(asked);
  requireIfMatch(given);
  checkId(asked.resource, id);
  refuseClosedBody([permit, read], asked.resource);

  const body = rebased(asked.resource, given.bases.ours, given.bases.upstream);
  const state = yield* current(given, book, read, id);
  if (state.kind === 'missing') return yield* putCreate(given, book, asked, read, state, body);
  const sent = withoutAddedLabels(body, state.visible);
  const unseen = [...permit.maskable, ...read.maskable, ...innerMasks(state.visible.mask)];
  const whole = mergeBack(sent, state.visible.document, unseen);
  return yield* replace(given, book, { id, permit, read, state, body: whole, conditions });
}

/** http.html#upsert, for callers from whom no instance of the type could be hidden. */
function* putCreate(
  given: Given,
  book: FactBook,
  { type, id, conditions }: UpdateRequest,
  read: Permit,
  state: Missing,
  body: JsonDocument,
): Generator<Need, PreparedOrAnswered, Found> {
  const permit = decide({ ...given, interaction: 'create', type });
  if (read.sight !== 'full' || state.disclosure.withheld > 0 || permit.kind !== 'permit') {
    return denied('put-create', state.decision, state.disclosure, presentedToken(given));
  }
  refuseClosedBody([permit], body);
  if (conditions.ifMatch !== undefined) throw new Problem('version-conflict', 'The resource has changed in the meantime.');
  const one = yield* withoutUnseenOwners(given, book, draft(given, type, id, body, body.root), undefined);
  yield* book.gather([permit], [one]);
  const judged = judge(permit, candidate(one, book), book);
  if (judged.kind === 'withheld') return deniedWrite(given, `${type}/${id}`, judged);
  if (!judged.mayLabel && labelsOf(body, body.root).length > 0) throw writeClosed();
  yield* refuseUnseenTargets(given, book, body, undefined);

  const { prefer } = conditions;
  const minimal = prefer === 'minimal';
  const plan = { kind: 'update', type, id, version: undefined, body: body.bytes, minimal } as const;
  return { kind: 'prepared', plan, status: 201, judged, read, prefer, tellVersion: true, expected: false };
}
