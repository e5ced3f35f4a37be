// What the server sends back: a status, headers and bytes; and the one exception by which a request is refused.

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
}

/** Codes of http://hl7.org/fhir/issue-type that this server uses. */
export type IssueCode =
  | 'invalid'
  | 'structure'
  | 'required'
  | 'value'
  | 'not-supported'
  | 'not-found'
  | 'deleted'
  | 'multiple-matches'
  | 'conflict'
  | 'login'
  | 'too-long'
  | 'exception'
  | 'processing'
  | 'informational';

/** The request is at fault; becomes an OperationOutcome with this status. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: IssueCode;

  constructor(status: number, code: IssueCode, text: string) {
    super(text);
    this.status = status;
    this.code = code;
  }
}

const encoder = new TextEncoder();

export function outcomeText(severity: 'error' | 'information', code: IssueCode, diagnostics: string): string {
  return JSON.stringify({ resourceType: 'OperationOutcome', issue: [{ severity, code, diagnostics }] });
}

export function json(status: number, body: Uint8Array | string, headers: Readonly<Record<string, string>> = {}): Answer {
  const bytes = typeof body === 'string' ? encoder.encode(body) : body;
  return { status, headers: { 'content-type': 'application/fhir+json; charset=utf-8', ...headers }, body: bytes };
}

export const refused = (refusal: Refusal): Answer =>
  json(
    refusal.status,
    outcomeText('error', refusal.code, refusal.message),
    refusal.status === 401 ? { 'www-authenticate': 'Bearer' } : {},
  );
