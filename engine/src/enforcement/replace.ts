/**
 * Puts a new state in the place of a visible one: the second half of update and patch. INVARIANT: the old and the new state are both judged,
 * what is sent is what was judged, and it is sent
 * with the version that was judged.
 */
import type { Permit } from '../decision/permit.ts';
import type { JsonDocument } from '../json/scan.ts';
import { Problem } from '../problem.ts';
import { versionOf } from '../release/version-headers.ts';
import { judge } from '../release/visible.ts';
import type { Conditions } from '../request/request.ts';
import { writeClosed } from './closed-write.ts';
import type { Current } from './current.ts';
import { deniedWrite } from './denied-write.ts';
import { candidate, draft } from './draft.ts';
import type { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import { labelsOf } from './labels.ts';
import type { Found, Need } from './need.ts';
import { isExpected } from './preconditions.ts';
import type { PreparedOrAnswered } from './prepared.ts';
import { withoutUnseenOwners } from './unseen-owners.ts';
import { odd } from './upstream-answer.ts';
import { refuseUnseenTargets } from './written-references.ts';

export interface Replacement {
  readonly id: string;
  readonly permit: Permit;
  readonly read: Permit;
  readonly state: Current;
  /** As it will be sent. */
  readonly body: JsonDocument;
  readonly conditions: Conditions;
}

export function* replace(given: Given, book: FactBook, write: Replacement): Generator<Need, PreparedOrAnswered, Found> {
  const { id, permit, read, state, body, conditions } = write;
  const { type } = permit;
  const next = yield* withoutUnseenOwners(given, book, draft(given, type, id, body, body.root), state.draft);
  yield* book.gather([permit, read], [state.draft, next]);
  const [old, fresh] = [candidate(state.draft, book), candidate(next, book)];
  const before = judge(permit, old, book);
  if (before.kind === 'withheld') return deniedWrite(given, `${type}/${id}`, before);
  const after = judge(permit, fresh, book);
  if (after.kind === 'withheld') return deniedWrite(given, `${type}/${id}`, after);
  const mayLabel = before.mayLabel && after.mayLabel;
  if (!mayLabel && !same(labelsOf(old.document, old.node), labelsOf(fresh.document, fresh.node))) throw writeClosed();
  if (!same(old.patients, fresh.patients) || old.undetermined !== fresh.undetermined) throw writeClosed();

  // Masks that held before must hold after, or a write could unmask what it could not read (search-semantics §9).
  const shown = judge(read, fresh, book);
  if (shown.kind === 'visible' && state.visible.mask.some((path) => !shown.mask.includes(path))) throw writeClosed();

  if (!isExpected(state.visible, conditions))
    throw new Problem('version-conflict', 'The resource has changed in the meantime.');
  const version = versionOf(old.document, old.node);
  if (version === undefined) throw odd('a resource without a version');
  yield* refuseUnseenTargets(given, book, body, old);
  const { prefer } = conditions;
  const plan = { kind: 'update', type, id, version, body: body.bytes, minimal: prefer === 'minimal' } as const;
  const tellVersion = read.maskable.length === 0 && (shown.kind !== 'visible' || shown.mask.length === 0);
  const expected = conditions.ifMatch !== undefined;
  return { kind: 'prepared', plan, status: 200, judged: after, read, prefer, tellVersion, expected };
}

function same(one: readonly string[], other: readonly string[]): boolean {
  const [a, b] = [new Set(one), new Set(other)];
  return a.size === b.size && [...a].every((member) => b.has(member));
}
