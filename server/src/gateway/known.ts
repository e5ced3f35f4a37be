/** What is known of a request so far. Replaced as more is learnt, never edited; only the audit record and the log are made of it. */
import { type Caller, type FhirRequest, wantsXml } from '@fireguard/engine';
import type { Incoming } from '../http/incoming.ts';
import type { Collaborators } from './collaborators.ts';
import { requestIdOf } from './request-id.ts';

export type Presented = 'nothing' | 'bearer' | 'dpop';

export interface Known {
  readonly requestId: string;
  readonly method: string;
  /** Below the FHIR base, as received. */
  readonly target: string;
  readonly address: string;
  /** By what it accepts: for failures before it was understood. */
  readonly wantsXml: boolean;
  /** Whether a token came along, good or bad, and under which scheme: decides what the challenge of a 401 says. */
  readonly presented: Presented;
  /** Monotonic milliseconds. */
  readonly began: number;
  /** Milliseconds since the epoch: the one moment at which all of this request is decided. */
  readonly now: number;
  readonly caller?: Caller;
  readonly asked?: FhirRequest;
  /** What it is, where it is no interaction of FHIR: the action of its record. */
  readonly act?: string;
  /** Id of the intent's record once a write was about to be sent. From then on a failure means: outcome unknown. */
  readonly intent?: string;
}

export function knownAtFirst(incoming: Incoming, use: Collaborators): Known {
  return {
    requestId: requestIdOf(incoming.headers),
    method: incoming.method,
    target: incoming.target,
    address: incoming.address,
    wantsXml: wantsXml(incoming, use.tables),
    presented: presentedBy(incoming),
    began: performance.now(),
    now: use.now(),
  };
}

function presentedBy(incoming: Incoming): Presented {
  const lines = incoming.headers.get('authorization') ?? [];
  if (lines.some((line) => /^dpop( |$)/i.test(line))) return 'dpop';
  return lines.some((line) => /^bearer( |$)/i.test(line)) ? 'bearer' : 'nothing';
}
