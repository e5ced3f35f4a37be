/**
 * The FHIR server behind us, as the rest of the server sees it. Two doors: `send` for what the engine planned on behalf of a caller, `look`
 * for the facts that decide. Both speak with the gateway's own credential; no header, query or body of a client ever passes here unless the
 * engine put it into the plan. It must not follow redirects, must not retry a write, and must not let a word of the upstream's errors out.
 */
import type { UpstreamAnswer, UpstreamRequest } from '@fireguard/engine';

export interface Upstream {
  /** Absolute FHIR base without a slash at its end. */
  readonly base: string;
  /** Sends exactly what was planned. Throws Problem upstream-unavailable, upstream-timeout or upstream-odd. */
  send(request: UpstreamRequest): Promise<UpstreamAnswer>;
  /** Reads for facts: `path` is relative to the base, without a slash at its beginning; always a GET. Throws as `send` does. */
  look(path: string): Promise<UpstreamAnswer>;
  close(): Promise<void>;
}
