/**
 * The FHIR-shaped door: the gateway's own flow, except that the server that asks fetches and writes by itself what the flow needs. It is handed a planned
 * request, brings back its own answer, and so on, until it is handed the answer to send to its client: to the byte what the gateway would
 * have sent. A conversation lives in the memory of one node, for seconds; each handle is good for one step.
 *
 * INVARIANT: as in the gateway, the intent of a write is durable before the write is handed out, and the record of the outcome before the answer is (I4).
 */
import { randomBytes } from 'node:crypto';
import { enforce, type Found, type Need, type Outcome, Problem, type UpstreamRequest } from '@fireguard/engine';
import { answerOf, failureAnswer } from '../gateway/answer.ts';
import type { Collaborators } from '../gateway/collaborators.ts';
import { resume, wrote } from '../gateway/fulfil.ts';
import { given } from '../gateway/given.ts';
import { type Known, knownAtFirst } from '../gateway/known.ts';
import { recordFailure, recordIntent, recordOutcome } from '../gateway/record.ts';
import { understandFor } from '../gateway/understand-for.ts';
import type { HttpResponse, Incoming } from '../http/incoming.ts';
import { checkedAnswer } from '../upstream/exchange.ts';

/** What the server that asks must do next. */
export type Step =
  | { readonly kind: 'ask'; readonly handle: string; readonly request: UpstreamRequest }
  | {
      readonly kind: 'answer';
      readonly requestId: string;
      readonly response: HttpResponse;
      readonly outcome: Outcome | undefined;
    };

/** What its own store said to the request it was handed. Header names in lower case. */
export interface Brought {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

interface Waiting {
  readonly door: string;
  readonly known: Known;
  readonly flow: Generator<Need, Outcome, Found>;
  readonly request: UpstreamRequest;
  readonly use: Collaborators;
  readonly timer: NodeJS.Timeout;
}

const PATIENCE_MS = 30_000;
const MOST = 1000;

export class Conversations {
  readonly #waiting = new Map<string, Waiting>();
  #closed = false;

  async begin(door: string, incoming: Incoming, use: Collaborators): Promise<Step> {
    let known = knownAtFirst(incoming, use);
    try {
      if (this.#closed || this.#waiting.size >= MOST) throw new Problem('rate-limited', 'Too much is in work at the moment.');
      const called = await use.authenticate(incoming);
      known = { ...known, caller: called };
      const asked = await understandFor(called, incoming, use.tables);
      const caller = (await use.bound?.(called, asked)) ?? called;
      known = { ...known, caller, asked };
      const flow = enforce(given(caller, asked, known.now, use));
      return await this.#advance(door, known, flow, flow.next(), use);
    } catch (error) {
      return failed(known, error, use);
    }
  }

  /** Throws Problem not-found for a handle that is not known: spoken, used, or another door's. */
  async bring(door: string, handle: string, brought: Brought): Promise<Step> {
    const waiting = this.#waiting.get(handle);
    if (waiting === undefined || waiting.door !== door) throw new Problem('not-found', 'There is no such conversation.');
    this.#forget(handle, waiting);
    const { known, flow, use, request } = waiting;
    try {
      if (request.writes) await wrote(request.about, use);
      return await this.#advance(door, known, flow, handOver(flow, brought), use);
    } catch (error) {
      return failed(known, error, use);
    }
  }

  /** Ends what nobody came back for; a write among them has an unknown outcome, and its record says so. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#waiting].map(([handle, waiting]) => this.#giveUp(handle, waiting)));
  }

  async #advance(
    door: string,
    before: Known,
    flow: Waiting['flow'],
    first: IteratorResult<Need, Outcome>,
    use: Collaborators,
  ): Promise<Step> {
    let known = before;
    let step = first;
    try {
      while (!step.done) {
        const need = step.value;
        if (need.kind === 'upstream') {
          if (need.writes && known.intent === undefined)
            known = { ...known, intent: await recordIntent(known, need.about, use) };
          return this.#wait({ door, known, flow, request: need, use });
        }
        step = await resume(flow, need, use);
      }
      await recordOutcome(known, step.value, use);
      return { kind: 'answer', requestId: known.requestId, response: answerOf(known, step.value, use), outcome: step.value };
    } catch (error) {
      return failed(known, error, use);
    }
  }

  #wait(parts: Omit<Waiting, 'timer'>): Step {
    const handle = randomBytes(24).toString('base64url');
    const timer = setTimeout(() => {
      const waiting = this.#waiting.get(handle);
      if (waiting !== undefined) void this.#giveUp(handle, waiting);
    }, PATIENCE_MS);
    timer.unref();
    this.#waiting.set(handle, { ...parts, timer });
    return { kind: 'ask', handle, request: parts.request };
  }

  #forget(handle: string, { timer }: Waiting): void {
    clearTimeout(timer);
    this.#waiting.delete(handle);
  }

  async #giveUp(handle: string, waiting: Waiting): Promise<void> {
    this.#forget(handle, waiting);
    const { known, request, use } = waiting;
    if (request.writes) await wrote(request.about, use).catch(() => undefined);
    await recordFailure(known, new Problem('upstream-timeout', 'The server that asked did not come back in time.'), use);
  }
}

/** INVARIANT: what is brought is looked at as an upstream's answer would be; whatever is odd ends the flow as a failure. */
function handOver(flow: Waiting['flow'], { status, headers, body }: Brought): IteratorResult<Need, Outcome> {
  let found: Found;
  try {
    found = checkedAnswer(status, headers, body);
  } catch (problem) {
    return flow.throw(problem);
  }
  return flow.next(found);
}

async function failed(known: Known, error: unknown, use: Collaborators): Promise<Step> {
  const failure = await recordFailure(known, error, use);
  return { kind: 'answer', requestId: known.requestId, response: failureAnswer(known, failure, use), outcome: undefined };
}
