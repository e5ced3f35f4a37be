/** The admin API as the console uses it. Same origin, bearer token, no cookie. */
import type { AuditPage, BrokenGlass, Review, Status, Verification, WholeGlass } from './admin-shapes.ts';
import { currentSession, endSession } from './sign-in/session.ts';

/** `signed-out`: the token is no longer good. The text is for the person. */
export class AdminProblem extends Error {
  readonly kind: 'signed-out' | 'refused' | 'unreachable';

  constructor(kind: AdminProblem['kind'], text: string) {
    super(text);
    this.kind = kind;
  }
}

export const admin = {
  status: (signal: AbortSignal) => call<Status>('GET', '/status', signal),
  audit: (query: URLSearchParams, signal: AbortSignal) => call<AuditPage>('GET', `/audit?${query}`, signal),
  auditEvent: (id: string) => call<object>('GET', `/audit/${encodeURIComponent(id)}`),
  verify: (signal: AbortSignal) => call<Verification>('POST', '/audit/verify', signal),
  glasses: (queue: string, signal: AbortSignal) =>
    call<{ readonly glasses: readonly BrokenGlass[] }>('GET', `/break-glass?queue=${queue}`, signal),
  glass: (id: string, signal: AbortSignal) => call<WholeGlass>('GET', `/break-glass/${encodeURIComponent(id)}`, signal),
  review: (id: string, review: Review) =>
    call<WholeGlass>('POST', `/break-glass/${encodeURIComponent(id)}/review`, undefined, review),
};

async function call<Answer>(method: 'GET' | 'POST', path: string, signal?: AbortSignal, body?: object): Promise<Answer> {
  const session = currentSession();
  if (session === undefined) throw new AdminProblem('signed-out', 'Sign in again.');
  let response: Response;
  try {
    response = await fetch(`/admin${path}`, {
      method,
      credentials: 'omit',
      cache: 'no-store',
      headers: {
        Authorization: `Bearer ${session.token}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new AdminProblem('unreachable', 'Fireguard does not answer. Try again in a moment.');
  }
  if (response.status === 401) {
    endSession();
    throw new AdminProblem('signed-out', 'Sign in again.');
  }
  const told: unknown = await response.json().catch(() => ({}));
  if (response.ok) return told as Answer;
  const { error_description: text } = told as { error_description?: string };
  throw new AdminProblem('refused', text ?? `Fireguard answered ${response.status}.`);
}
