/** Everything that one request is decided on, handed over by the host at once (I1: time included). */
import type { Caller } from '../caller.ts';
import type { Protection } from '../decision/protection.ts';
import type { Pseudonyms } from '../decision/pseudonyms.ts';
import type { FhirTables } from '../fhir/tables.ts';
import type { Cursor } from '../planning/cursor.ts';
import type { Dialect } from '../planning/dialect.ts';
import type { CompiledPolicies } from '../policy/compiled.ts';
import type { AuthorizationEndpoints } from '../release/capabilities.ts';
import type { Bases } from '../release/resource-bytes.ts';
import type { FhirRequest } from '../request/request.ts';

export interface Given {
  readonly caller: Caller;
  readonly asked: FhirRequest;
  readonly policies: CompiledPolicies;
  readonly tables: FhirTables;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Absolute, without a slash at the end. */
  readonly bases: Bases;
  /** What the host makes pseudonyms with; without it, rules that want them let nobody in. */
  readonly pseudonyms?: Pseudonyms | undefined;
  /** Cleans the XHTML of a narrative; undefined = drop the narrative. Called only where a policy asks for it, which none can yet. */
  readonly clean: (div: string) => string | undefined;
  /** Encrypts a cursor into URL-safe text of one size, and back. `unseal` gives undefined for whatever `seal` did not make. */
  readonly seal: (cursor: Cursor) => string;
  readonly unseal: (text: string) => Cursor | undefined;
  readonly dialect: Dialect;
  readonly limits: {
    /** Entries of a page when the client does not say. */
    readonly defaultCount: number;
    readonly maxCount: number;
    /** Upstream pages read for one client page before the search is stopped with an alarm. */
    readonly pageBudget: number;
    /** Links of a chain, or of `_has` in `_has`. */
    readonly chainDepth: number;
    /** That one request may search, or bring along by `_revinclude=*`. */
    readonly types: number;
    /** Searches that the chains of one request become. */
    readonly stages: number;
    /** Visible ids that one of them may hand on. */
    readonly stageIds: number;
    /** `_include` and `_revinclude` of one search. */
    readonly includes: number;
    /** Visible resources beside the matches of one page. */
    readonly included: number;
    /** Visible matches that are sorted or counted here. */
    readonly matchesRead: number;
    /** What becomes of an include that could only bring what is closed to the caller. */
    readonly closedIncludes: 'leave-out' | 'refuse' | 'empty';
  };
  /** What the site settles about consents, beside its rules. */
  readonly protection?: Protection | undefined;
  /** The host runs exports (`exportOf`); without it they are refused. */
  readonly exports?: boolean | undefined;
  /** How many things the host can get at the same time; undefined = one after the other. */
  readonly together?: number | undefined;
  /** For the capability statement. */
  readonly authorization?: AuthorizationEndpoints | undefined;
}
