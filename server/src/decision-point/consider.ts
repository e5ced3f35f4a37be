/**
 * The gateway's flow without its last steps: decides a request as the gateway would, reads what it must, stops where it would write, and says yes or
 * no. The answer itself, or the write, is left to whoever asked. INVARIANT: as in the gateway, nothing is told before its record is durable (I4),
 * and whatever is thrown is a deny.
 */
import {
  type Caller,
  type Denied,
  enforce,
  type FhirRequest,
  type Outcome,
  outcomeBody,
  type Problem,
  type UpstreamRequest,
} from '@fireguard/engine';
import type { Collaborators } from '../gateway/collaborators.ts';
import { resume } from '../gateway/fulfil.ts';
import { given } from '../gateway/given.ts';
import { type Known, knownAtFirst } from '../gateway/known.ts';
import { recordFailure, recordOutcome, recordPermit } from '../gateway/record.ts';
import { understandFor } from '../gateway/understand-for.ts';
import type { Incoming } from '../http/incoming.ts';

/** How far the flow came by itself. */
export type Reached =
  | {
      readonly kind: 'outcome';
      readonly outcome: Outcome /** The last that the upstream said. */;
      readonly stored: Uint8Array | undefined;
    }
  /** It would be written, in these words. */
  | { readonly kind: 'write'; readonly write: UpstreamRequest };

export interface Considered {
  /** Also the name of its audit record. */
  readonly requestId: string;
  readonly allowed: boolean;
  /** Undefined where the flow did not come so far. */
  readonly reached: Reached | undefined;
  readonly asked: FhirRequest | undefined;
  /** Why there is no decision: the request, or a failure; `bug` is one of ours. */
  readonly problem: Problem | 'bug' | undefined;
}

/** What one kind of door may say yes to. */
export interface Allowing {
  /** Before anything is looked up: true or false settle it without the flow, undefined lets it run. */
  readonly early?: (caller: Caller, asked: FhirRequest) => boolean | undefined;
  readonly late: (reached: Reached, asked: FhirRequest) => boolean;
}

export async function consider(incoming: Incoming, use: Collaborators, allowing: Allowing): Promise<Considered> {
  let known: Known = knownAtFirst(incoming, use);
  const { requestId } = known;
  const told = (allowed: boolean, reached?: Reached): Considered => ({
    requestId,
    allowed,
    reached,
    asked: known.asked,
    problem: undefined,
  });
  try {
    const called = await use.authenticate(incoming);
    known = { ...known, caller: called };
    const asked = await understandFor(called, incoming, use.tables);
    const caller = (await use.bound?.(called, asked)) ?? called;
    known = { ...known, caller, asked };
    const early = allowing.early?.(caller, asked);
    if (early !== undefined) {
      if (early) await recordPermit(known, [], use);
      else await recordOutcome(known, refused([], NOTHING), use);
      return told(early);
    }
    const reached = await reach(known, caller, plain(asked), use);
    const allowed = allowing.late(reached, asked);
    if (reached.kind === 'outcome') await recordOutcome(known, allowed ? reached.outcome : deny(reached.outcome), use);
    else if (allowed) await recordPermit(known, reached.write.about, use);
    else await recordOutcome(known, refused([], NOTHING), use);
    return told(allowed, reached);
  } catch (error) {
    const failure = await recordFailure(known, error, use);
    const problem = failure.kind === 'bug' ? failure.kind : failure.problem;
    return { requestId, allowed: false, reached: undefined, asked: known.asked, problem };
  }
}

async function reach(known: Known, caller: Caller, asked: FhirRequest, use: Collaborators): Promise<Reached> {
  let stored: Uint8Array | undefined;
  const overheard: Collaborators = {
    ...use,
    upstream: {
      ...use.upstream,
      send: async (request) => {
        const answer = await use.upstream.send(request);
        stored = answer.body;
        return answer;
      },
    },
  };
  const flow = enforce(given(caller, asked, known.now, overheard));
  let step = flow.next();
  while (!step.done) {
    if (step.value.kind === 'upstream' && step.value.writes) return { kind: 'write', write: step.value };
    step = await resume(flow, step.value, overheard);
  }
  return { kind: 'outcome', outcome: step.value, stored };
}

/** A read as of the whole resource, in the form in which it is stored: what is asked is whether it may be had, not how it should look. */
function plain(asked: FhirRequest): FhirRequest {
  if (asked.interaction !== 'read' && asked.interaction !== 'vread') return asked;
  const { conditions } = asked;
  return {
    ...asked,
    ...(asked.interaction === 'read' ? { raw: undefined } : {}),
    representation: { format: 'json', pretty: false, summary: undefined, elements: undefined },
    conditions: { ...conditions, ifNoneMatch: undefined, ifModifiedSince: undefined },
  } as FhirRequest;
}

const NOTHING = Object.freeze({ patients: [], resources: [], masked: [], withheld: 0 });

/** What would be released is refused here: the door cannot mask, filter or rewrite it. */
function deny(outcome: Outcome): Outcome {
  return outcome.kind === 'denied' ? outcome : refused(outcome.decision.rules, outcome.disclosure);
}

function refused(rules: readonly string[], disclosure: Denied['disclosure']): Denied {
  return Object.freeze<Denied>({
    kind: 'denied',
    status: 403,
    headers: new Map(),
    body: outcomeBody('forbidden', 'Not permitted.'),
    decision: Object.freeze({
      effect: 'deny',
      rules: Object.freeze([...rules, 'builtin:door']),
      reason: 'The door that was asked never sees the answer, and this one could not leave, or be written, as it is.',
      cause: 'policy',
    }),
    disclosure,
  });
}
