/** `$meta` of an instance (resource-operation-meta.html): a read, of which only the meta is told. */
import { releaseMeta } from '../release/release-meta.ts';
import { admit } from './admit.ts';
import { current, deniedMissing } from './current.ts';
import { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import type { Called } from './operation.ts';
import type { Outcome } from './outcome.ts';

export function* meta(given: Given, asked: Called): Generator<Need, Outcome, Found> {
  const permit = admit(given, 'read', asked.type);
  if (permit.kind === 'denied') return permit;
  const state = yield* current(given, new FactBook(given), permit, asked.id ?? '');
  if (state.kind === 'missing') return deniedMissing(given, state);
  return releaseMeta(state.visible, given.bases);
}
