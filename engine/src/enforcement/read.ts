/** http.html#read */
import { releaseContent } from '../release/release-content.ts';
import { releaseResource } from '../release/release-resource.ts';
import type { ReadRequest } from '../request/request.ts';
import { admit } from './admit.ts';
import { current, deniedMissing } from './current.ts';
import { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import type { Outcome } from './outcome.ts';
import { isUnchanged } from './preconditions.ts';
import { refuseUnserved } from './refuse-unserved.ts';
import { shapeOf } from './shape-of.ts';

export function* read(given: Given, asked: ReadRequest): Generator<Need, Outcome, Found> {
  const permit = admit(given, 'read', asked.type);
  if (permit.kind === 'denied') return permit;
  refuseUnserved(asked);
  const state = yield* current(given, new FactBook(given), permit, asked.id);
  if (state.kind === 'missing') return deniedMissing(given, state);
  const unchanged = isUnchanged(state.visible, asked.conditions);
  if (asked.raw !== undefined)
    return releaseContent(state.visible, given.bases, unchanged, { ranges: asked.raw, part: asked.range });
  return releaseResource(state.visible, given.bases, unchanged, shapeOf(given, asked));
}
