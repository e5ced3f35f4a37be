/** http.html#create. The new state is decided on as it will be sent: with an id that only the server may choose, and without labels of the writer's. */
import { decide } from '../decision/decide.ts';
import type { Permit } from '../decision/permit.ts';
import { JsonEdit } from '../json/edit.ts';
import { removeElement } from '../json/remove-element.ts';
import { type JsonDocument, scan } from '../json/scan.ts';
import { judge } from '../release/visible.ts';
import type { CreateRequest } from '../request/request.ts';
import { admit } from './admit.ts';
import { refuseClosedBody, writeClosed } from './closed-write.ts';
import { deniedWrite } from './denied-write.ts';
import { candidate, draft } from './draft.ts';
import type { FactBook } from './fact-book.ts';
import { found as tellFound } from './found.ts';
import type { Given } from './given.ts';
import { labelsOf } from './labels.ts';
import type { Found, Need } from './need.ts';
import { newId } from './new-id.ts';
import type { PreparedOrAnswered } from './prepared.ts';
import { rebased } from './rebased.ts';
import { refuseUnserved } from './refuse-unserved.ts';
import { admitCondition, resolveCondition } from './resolve-condition.ts';
import { withoutUnseenOwners } from './unseen-owners.ts';
import { withId } from './with-id.ts';
import { refuseUnseenTargets } from './written-references.ts';

/** `position`: of its entry in a transaction; undefined for a create by itself. */
export function* prepareCreate(
  given: Given,
  book: FactBook,
  asked: CreateRequest,
  position?: number,
): Generator<Need, PreparedOrAnswered, Found> {
  const { type, criteria } = asked;
  const permit = admit(given, 'create', type);
  if (permit.kind === 'denied') return permit;
  const condition = criteria === undefined ? undefined : admitCondition(given, type);
  if (condition?.kind === 'denied') return condition;
  refuseUnserved(asked);
  const readable = decide({ ...given, interaction: 'read', type });
  const read = readable.kind === 'permit' ? readable : undefined;
  refuseClosedBody([permit, read], asked.resource);
  if (criteria !== undefined) {
    const match = yield* resolveCondition(given, book, type, criteria);
    if (match !== undefined) return yield* tellFound(given, book, match, read, asked.conditions.prefer);
  }
  return yield* prepareNew(given, book, { asked, permit, read, body: withoutId(asked.resource), as: newId(position ?? 0) });
}

interface New {
  readonly asked: CreateRequest;
  readonly permit: Permit;
  readonly read: Permit | undefined;
  readonly body: JsonDocument;
  /** What it is called until the server has given it an id. */
  readonly as: string;
}

function* prepareNew(
  given: Given,
  book: FactBook,
  { asked, permit, read, body, as }: New,
): Generator<Need, PreparedOrAnswered, Found> {
  const { type, conditions } = asked;
  const stored = rebased(body, given.bases.ours, given.bases.upstream);
  // A patient who is not there yet is somebody all the same: without relations, and without consents.
  if (type === 'Patient') book.announce(type, as, [as]);
  const named = type === 'Patient' ? withId(stored, as) : stored;
  const one = yield* withoutUnseenOwners(given, book, draft(given, type, undefined, named, named.root), undefined);
  yield* book.gather([permit], [one]);
  const judged = judge(permit, candidate(one, book), book);
  if (judged.kind === 'withheld') return deniedWrite(given, type, judged);
  if (!judged.mayLabel && labelsOf(stored, stored.root).length > 0) throw writeClosed();
  yield* refuseUnseenTargets(given, book, stored, undefined);
  const { prefer } = conditions;
  const plan = { kind: 'create', type, body: stored.bytes, minimal: prefer === 'minimal' } as const;
  return { kind: 'prepared', plan, status: 201, judged, read, prefer, tellVersion: true, expected: false };
}

function withoutId(document: JsonDocument): JsonDocument {
  const edit = new JsonEdit(document);
  return removeElement(document, edit, document.root, 'id') ? scan(edit.apply()) : document;
}
