/** The admin API as the console uses it. Same origin, bearer token, no cookie. */
import type {
  Alert,
  AuditPage,
  BrokenGlass,
  Client,
  Hold,
  NewClient,
  NewHold,
  Person,
  Question,
  Review,
  Status,
  Verification,
  WholeAlert,
  WholeGlass,
  WholePerson,
  WholeQuestion,
} from './admin-shapes.ts';
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
  alerts: (state: 'open' | 'all', signal: AbortSignal) =>
    call<{ readonly alerts: readonly Alert[] }>('GET', `/alerts?state=${state}`, signal),
  alert: (id: string, signal: AbortSignal) => call<WholeAlert>('GET', `/alerts/${encodeURIComponent(id)}`, signal),
  closeAlert: (id: string, note: string) =>
    call<object>('POST', `/alerts/${encodeURIComponent(id)}/close`, undefined, { note }),
  questions: (state: 'open' | 'all', signal: AbortSignal) =>
    call<{ readonly questions: readonly Question[] }>('GET', `/questions?state=${state}`, signal),
  question: (id: string, signal: AbortSignal) => call<WholeQuestion>('GET', `/questions/${encodeURIComponent(id)}`, signal),
  answerQuestion: (id: string, text: string) =>
    call<Question>('POST', `/questions/${encodeURIComponent(id)}/answer`, undefined, { text }),
  holds: (signal: AbortSignal) =>
    call<{ readonly holds: readonly Hold[]; readonly keepsAll: boolean }>('GET', '/audit-holds', signal),
  makeHold: (hold: NewHold) => call<{ readonly id: string }>('POST', '/audit-holds', undefined, hold),
  releaseHold: (id: string) => call<object>('POST', `/audit-holds/${encodeURIComponent(id)}/release`),
  people: (signal: AbortSignal) => call<{ readonly people: readonly Person[] }>('GET', '/people', signal),
  person: (id: string, signal: AbortSignal) => call<WholePerson>('GET', person(id), signal),
  switchPerson: (id: string, to: 'disable' | 'enable') => call<Person>('POST', `${person(id)}/${to}`),
  setRoles: (id: string, roles: readonly string[]) => call<Person>('PUT', `${person(id)}/roles`, undefined, { roles }),
  resetFactors: (id: string) => call<object>('POST', `${person(id)}/reset-factors`),
  unlock: (id: string) => call<object>('POST', `${person(id)}/unlock`),
  clients: (signal: AbortSignal) => call<{ readonly clients: readonly Client[] }>('GET', '/clients', signal),
  client: (id: string, signal: AbortSignal) => call<Client>('GET', client(id), signal),
  addClient: (added: NewClient) => call<Client & { readonly secret?: string }>('POST', '/clients', undefined, added),
  switchClient: (id: string, to: 'disable' | 'enable') => call<Client>('POST', `${client(id)}/${to}`),
  renewSecret: (id: string) => call<{ readonly secret: string }>('POST', `${client(id)}/secret`),
};

const person = (id: string) => `/people/${encodeURIComponent(id)}`;
const client = (id: string) => `/clients/${encodeURIComponent(id)}`;

async function call<Answer>(
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  signal?: AbortSignal,
  body?: object,
): Promise<Answer> {
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
