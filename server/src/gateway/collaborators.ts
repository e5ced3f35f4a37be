/** Everything that the pipeline works with, handed over by `main`. */
import type {
  AuthorizationEndpoints,
  Caller,
  CompiledPolicies,
  Dialect,
  FhirRequest,
  FhirTables,
  Protection,
  Pseudonyms,
} from '@fireguard/engine';
import type { AuditLog } from '../audit-log/audit-log.ts';
import type { Authenticate } from '../authentication/authenticate.ts';
import type { FactSource } from '../facts/fact-source.ts';
import type { DpopNonces } from '../token/dpop-nonces.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { GatewaySettings } from './config.ts';
import type { CursorSeal } from './cursor-seal.ts';
import type { Exports } from './exports.ts';
import type { RequestLine } from './log.ts';
import type { Subscriptions } from './subscriptions.ts';

export interface Collaborators {
  readonly authenticate: Authenticate;
  /** The policies in force now; asked once per request. */
  readonly policies: () => CompiledPolicies;
  readonly tables: FhirTables;
  /** What the site settles about consents and purposes. */
  readonly protection?: Protection;
  readonly facts: FactSource;
  readonly upstream: Upstream;
  readonly dialect: Dialect;
  readonly audit: AuditLog;
  readonly cursors: CursorSeal;
  /** Without them nobody is let in who is to see pseudonyms. */
  readonly pseudonyms?: Pseudonyms | undefined;
  readonly limits: GatewaySettings;
  /** FHIR base as clients see it, without a slash at its end. */
  readonly base: string;
  readonly authorization: AuthorizationEndpoints;
  /** Bulk exports; without them none is served. */
  readonly exports?: Exports;
  /** Subscriptions to audit events; without them none are served. */
  readonly subscriptions?: Subscriptions;
  /** Names the patient of a glass that was broken for nobody in particular, once a request does. */
  readonly bound?: (caller: Caller, asked: FhirRequest) => Promise<Caller>;
  /** Given with every answer to a request that came with a DPoP token (RFC 9449 §9); without them none is given. */
  readonly nonces?: DpopNonces;
  readonly overTls: boolean;
  readonly now: () => number;
  readonly log: (line: RequestLine) => void;
}
