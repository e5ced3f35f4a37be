/**
 * What a client asked, in our own words. `understand()` is the only maker; everything after it reads this and never the client's URL or
 * headers again (hardening B1-14, R-245). It must not guess: what it does not know is a Problem.
 */

import type { SearchParameter } from '../fhir/tables.ts';
import type { JsonDocument } from '../json/scan.ts';

/** A request as the listener received it. `target` is the raw request target below the FHIR base, beginning with `/`, or empty. */
export interface HttpRequest {
  readonly method: string;
  readonly target: string;
  /** Lower-case header names; one entry per header line. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: Uint8Array;
}

/** A relative literal reference. */
export interface ResourceKey {
  readonly type: string;
  readonly id: string;
}

/** From the front or, with `last` alone, so many from the end. */
export type ByteRange =
  | { readonly first: number; readonly last: number | undefined }
  | { readonly first: undefined; readonly last: number };

/** How the answer should look (FHIR http.html#summary, `_format`, `_pretty`). */
export interface Representation {
  readonly format: 'json' | 'xml';
  readonly pretty: boolean;
  readonly summary: 'true' | 'text' | 'data' | 'count' | 'false' | undefined;
  /** Top-level elements, choices spelled out. */
  readonly elements: readonly string[] | undefined;
}

export type PreferReturn = 'minimal' | 'representation' | 'OperationOutcome';

/**
 * One AND-ed search criterion; `values` are OR-ed (already split at unescaped commas and unescaped). A value's separators are the first ones
 * in it: a token is `code` or, cut at its first `|`, `system|code`; a quantity has two `|` or none; a composite is cut at each `$`.
 * `name` and `definition` are of the type that the criterion is on: the searched type (the first of several), or the innermost type of `has`.
 * With a chain they are those of its first link, while `modifier` and `values` belong to its last.
 */
export interface Criterion {
  readonly name: string;
  readonly definition: SearchParameter;
  readonly modifier: string | undefined;
  readonly values: readonly string[];
  /** All links: `subject:Patient.name=x` → [{ name: 'subject', type: 'Patient' }, { name: 'name' }]; undefined when there is no chain. */
  readonly chain: readonly { readonly name: string; readonly type: string | undefined }[] | undefined;
  /** `_has:Observation:patient:code=x`, outermost first; undefined when it is none. */
  readonly has: readonly { readonly type: string; readonly reference: string }[] | undefined;
}

export interface Include {
  readonly direction: 'include' | 'revinclude';
  readonly iterate: boolean;
  /** `*`, of `_revinclude` alone: every type that refers to what is searched. */
  readonly source: string;
  /** `*`: every reference parameter of the source. */
  readonly parameter: string;
  readonly target: string | undefined;
}

export interface Sort {
  readonly definition: SearchParameter;
  readonly descending: boolean;
}

/** Preconditions and preferences that any interaction may carry. */
export interface Conditions {
  /** Version id out of the entity tag, without `W/` and quotes. */
  readonly ifMatch: string | undefined;
  /** Version id, or `*`. */
  readonly ifNoneMatch: string | undefined;
  /** HTTP date (RFC 9110 §5.6.7); one that is not valid is left out, as the RFC says. */
  readonly ifModifiedSince: string | undefined;
  /** The search of a conditional create, rebuilt from what was understood; its criteria are in `CreateRequest`. */
  readonly ifNoneExist: string | undefined;
  readonly prefer: PreferReturn | undefined;
  /** `X-Provenance` (R4 http.html#custom): a Provenance without a target, as text; of a write of one resource. */
  readonly provenance: string | undefined;
  /** `respond-async` (RFC 7240 §4.1): asked for, which only an export heeds. */
  readonly respondAsync?: true;
  /** `handling=lenient`: unknown parameter names were dropped (listed here); otherwise they are refused. */
  readonly dropped: readonly string[];
}

interface Common {
  readonly representation: Representation;
  readonly conditions: Conditions;
  /** The request as received, for the audit record only (R-165): method, target, POST form. Never read to decide. */
  readonly original: { readonly method: string; readonly target: string; readonly form: string | undefined };
}

export interface CapabilitiesRequest extends Common {
  readonly interaction: 'capabilities';
}
export interface ReadRequest extends Common {
  readonly interaction: 'read';
  readonly type: string;
  readonly id: string;
  /** Of a Binary: media ranges in which its content is wanted, instead of the resource. */
  readonly raw?: readonly string[];
  /** Of that content: which part. */
  readonly range?: ByteRange;
}
export interface VreadRequest extends Common {
  readonly interaction: 'vread';
  readonly type: string;
  readonly id: string;
  readonly version: string;
}
export interface SearchRequest extends Common {
  readonly interaction: 'search';
  readonly level: 'type' | 'system' | 'compartment';
  /** Types searched: one for a type search; `_type` list or empty (= all) for system and `Patient/p/*`. */
  readonly types: readonly string[];
  readonly compartment: ResourceKey | undefined;
  readonly criteria: readonly Criterion[];
  /** The criteria as links show them, where they name pseudonyms and `criteria` the ids behind them. */
  readonly shown?: readonly Criterion[];
  readonly sort: readonly Sort[];
  readonly count: number | undefined;
  readonly total: 'none' | 'estimate' | 'accurate' | undefined;
  readonly includes: readonly Include[];
  /** Parameters that are no criteria and kept apart: `_contained`, `_containedType`, and `_list` (the id of a List), `_in` (a CareTeam, Group or List), by name. */
  readonly special: ReadonlyMap<string, string>;
  /** Opaque page cursor made by us (`_cursor`); when present nothing else is. */
  readonly cursor: string | undefined;
}
export interface CreateRequest extends Common {
  readonly interaction: 'create';
  readonly type: string;
  readonly resource: JsonDocument /** Of a conditional create (If-None-Exist). */;
  readonly criteria: readonly Criterion[] | undefined;
}
export interface UpdateRequest extends Common {
  readonly interaction: 'update';
  readonly type: string;
  readonly id: string;
  readonly resource: JsonDocument;
}
export interface PatchRequest extends Common {
  readonly interaction: 'patch';
  readonly type: string;
  readonly id: string;
  readonly format: 'json-patch' | 'fhirpath-patch' | 'merge-patch';
  readonly patch: JsonDocument;
}
export interface DeleteRequest extends Common {
  readonly interaction: 'delete';
  readonly type: string;
  readonly id: string;
}
/** Understood here, served with the enforcement work; until then `plan` refuses them. */
export interface ConditionalRequest extends Common {
  readonly interaction: 'conditional-update' | 'conditional-patch' | 'conditional-delete';
  readonly type: string;
  readonly criteria: readonly Criterion[];
  readonly resource: JsonDocument | undefined;
  /** Of a conditional patch; undefined for the others. */
  readonly format: PatchRequest['format'] | undefined;
}
export interface HistoryRequest extends Common {
  readonly interaction: 'history-instance' | 'history-type' | 'history-system';
  readonly type: string | undefined;
  readonly id: string | undefined;
  readonly count: number | undefined;
  readonly since: string | undefined;
  readonly at: string | undefined;
  /** Opaque page cursor made by us; when present nothing else is. */
  readonly cursor: string | undefined;
}
export interface BundleRequest extends Common {
  readonly interaction: 'batch' | 'transaction';
  readonly document: JsonDocument;
  readonly entries: readonly { readonly fullUrl: string | undefined; readonly request: FhirRequest }[];
}
export interface OperationRequest extends Common {
  readonly interaction: 'operation';
  readonly name: string;
  readonly level: 'system' | 'type' | 'instance';
  readonly type: string | undefined;
  readonly id: string | undefined;
  readonly parameters: ReadonlyMap<string, readonly string[]>;
  readonly body: JsonDocument | undefined;
}

export type FhirRequest =
  | CapabilitiesRequest
  | ReadRequest
  | VreadRequest
  | SearchRequest
  | CreateRequest
  | UpdateRequest
  | PatchRequest
  | DeleteRequest
  | ConditionalRequest
  | HistoryRequest
  | BundleRequest
  | OperationRequest;

export type Interaction = FhirRequest['interaction'];
