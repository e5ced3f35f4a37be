/**
 * The closed list of what can go wrong, and the one table that turns each into an HTTP status, a FHIR issue code and an OAuth error.
 * A deny is not here: it is a value (`Denied`). Anything thrown that is not a Problem is a bug: a 500 with a correlation id and nothing more.
 */
export interface Answer {
  /** HTTP status. */
  readonly status: number;
  /** OperationOutcome.issue.code (http://hl7.org/fhir/issue-type). */
  readonly issue: string;
  /** OAuth error code for the authorization server's endpoints and WWW-Authenticate (RFC 6749 §5.2, RFC 6750 §3.1). */
  readonly oauth: string;
}

/** Codes are permanent: never renamed, never reused. Reference: docs/reference/problems.md (generated). */
export const answers = {
  'json-invalid': { status: 400, issue: 'structure', oauth: 'invalid_request' },
  'xml-invalid': { status: 400, issue: 'structure', oauth: 'invalid_request' },
  'body-too-large': { status: 413, issue: 'too-long', oauth: 'invalid_request' },
  'body-missing': { status: 400, issue: 'required', oauth: 'invalid_request' },
  'media-type-not-supported': { status: 415, issue: 'not-supported', oauth: 'invalid_request' },
  'not-acceptable': { status: 406, issue: 'not-supported', oauth: 'invalid_request' },
  'request-not-understood': { status: 400, issue: 'not-supported', oauth: 'invalid_request' },
  'parameter-unknown': { status: 400, issue: 'not-supported', oauth: 'invalid_request' },
  'parameter-invalid': { status: 400, issue: 'value', oauth: 'invalid_request' },
  'resource-invalid': { status: 422, issue: 'invalid', oauth: 'invalid_request' },
  'type-unknown': { status: 404, issue: 'not-supported', oauth: 'invalid_request' },
  'method-not-allowed': { status: 405, issue: 'not-supported', oauth: 'invalid_request' },
  'interaction-not-supported': { status: 405, issue: 'not-supported', oauth: 'invalid_request' },
  'operation-not-supported': { status: 404, issue: 'not-supported', oauth: 'invalid_request' },
  'patch-failed': { status: 422, issue: 'processing', oauth: 'invalid_request' },
  'version-conflict': { status: 412, issue: 'conflict', oauth: 'invalid_request' },
  'several-matches': { status: 412, issue: 'multiple-matches', oauth: 'invalid_request' },
  'no-match': { status: 412, issue: 'not-found', oauth: 'invalid_request' },
  'reference-unseen': { status: 422, issue: 'not-found', oauth: 'invalid_request' },
  'terminology-unknown': { status: 422, issue: 'not-found', oauth: 'invalid_request' },
  'write-conflict': { status: 409, issue: 'conflict', oauth: 'invalid_request' },
  'put-create': { status: 405, issue: 'not-supported', oauth: 'invalid_request' },
  'element-closed': { status: 403, issue: 'forbidden', oauth: 'insufficient_scope' },
  'write-closed': { status: 403, issue: 'forbidden', oauth: 'insufficient_scope' },
  'too-costly': { status: 403, issue: 'too-costly', oauth: 'invalid_request' },
  'not-found': { status: 404, issue: 'not-found', oauth: 'invalid_request' },
  gone: { status: 410, issue: 'deleted', oauth: 'invalid_request' },
  'cursor-invalid': { status: 410, issue: 'expired', oauth: 'invalid_request' },
  'token-missing': { status: 401, issue: 'login', oauth: 'invalid_request' },
  'token-invalid': { status: 401, issue: 'login', oauth: 'invalid_token' },
  'dpop-nonce-needed': { status: 401, issue: 'login', oauth: 'use_dpop_nonce' },
  'sign-in-insufficient': { status: 401, issue: 'login', oauth: 'insufficient_user_authentication' },
  'scope-insufficient': { status: 403, issue: 'forbidden', oauth: 'insufficient_scope' },
  'scope-invalid': { status: 400, issue: 'value', oauth: 'invalid_scope' },
  forbidden: { status: 403, issue: 'forbidden', oauth: 'access_denied' },
  'policy-invalid': { status: 500, issue: 'exception', oauth: 'server_error' },
  'rate-limited': { status: 429, issue: 'throttled', oauth: 'temporarily_unavailable' },
  'facts-unavailable': { status: 503, issue: 'transient', oauth: 'temporarily_unavailable' },
  'audit-unavailable': { status: 503, issue: 'transient', oauth: 'temporarily_unavailable' },
  'storage-unavailable': { status: 503, issue: 'transient', oauth: 'temporarily_unavailable' },
  'export-stopped': { status: 410, issue: 'expired', oauth: 'invalid_request' },
  'export-failed': { status: 500, issue: 'exception', oauth: 'server_error' },
  'upstream-unavailable': { status: 503, issue: 'transient', oauth: 'temporarily_unavailable' },
  'upstream-odd': { status: 502, issue: 'exception', oauth: 'server_error' },
  'upstream-timeout': { status: 504, issue: 'timeout', oauth: 'temporarily_unavailable' },
} as const satisfies Record<string, Answer>;

export type ProblemCode = keyof typeof answers;

/**
 * A request or caller at fault, or something we cannot serve. `publicText` may be sent to the caller; `detail` never leaves our logs.
 */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly publicText: string;
  readonly detail: string | undefined;

  constructor(code: ProblemCode, publicText: string, options?: { readonly detail?: string; readonly cause?: unknown }) {
    super(publicText, options?.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Problem';
    this.code = code;
    this.publicText = publicText;
    this.detail = options?.detail;
  }

  get answer(): Answer {
    return answers[this.code];
  }
}
