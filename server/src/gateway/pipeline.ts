/**
 * The gateway: the life of one FHIR request, on one screen. This folder joins the others in one order and adds what HTTP needs around it
 * (headers, CORS, correlation ids). It must not decide, must not look into resources, and must not know the authorization server: what a
 * token means comes from `token/`.
 *
 * INVARIANT: every way out of here passes a `record…`: durable before the first byte (I4). Whatever is thrown, anywhere, is a deny.
 */
import { enforce } from '@fireguard/engine';
import type { HttpResponse, Incoming } from '../http/incoming.ts';
import { answerOf, failureAnswer } from './answer.ts';
import { beginExport } from './begin-export.ts';
import type { Collaborators } from './collaborators.ts';
import { resume } from './fulfil.ts';
import { given } from './given.ts';
import { type Known, knownAtFirst } from './known.ts';
import { recordFailure, recordIntent, recordOutcome } from './record.ts';
import { understandFor } from './understand-for.ts';

export async function handle(incoming: Incoming, use: Collaborators): Promise<HttpResponse> {
  let known: Known = knownAtFirst(incoming, use);
  try {
    const called = await use.authenticate(incoming); // before anything is told, and before a body is read
    known = { ...known, caller: called };
    const asked = await understandFor(called, incoming, use.tables); // cannot tell → Problem, never a guess
    const caller = (await use.bound?.(called, asked)) ?? called; // a glass broken for nobody in particular
    known = { ...known, caller, asked };
    const flow = enforce({ ...given(caller, asked, known.now, use), together: use.limits.together });
    let step = flow.next();
    while (!step.done) {
      const need = step.value; // facts or one upstream answer; nothing else can be asked for
      // one intent stands for all that a request writes
      if (need.kind === 'upstream' && need.writes && known.intent === undefined)
        known = { ...known, intent: await recordIntent(known, need.about, use) };
      step = await resume(flow, need, use);
    }
    const begun = await beginExport(caller, asked, step.value, use); // URL of what goes on after the answer
    await recordOutcome(known, step.value, use);
    return answerOf(known, step.value, use, begun);
  } catch (error) {
    return failureAnswer(known, await recordFailure(known, error, use), use);
  }
}
