/** Who is signed in, for this tab only: the access token, and what is needed while the person is away at the sign-in page. */
export interface Session {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Kept while the person is at the issuer. */
export interface Pending {
  readonly state: string;
  readonly verifier: string;
  /** Fragment to come back to. */
  readonly view: string;
}

const sessionKey = 'fireguard.session';
const pendingKey = 'fireguard.pending';

export function currentSession(): Session | undefined {
  const session = read<Session>(sessionKey);
  return session !== undefined && session.expiresAt > Date.now() ? session : undefined;
}

export function keepSession(session: Session): void {
  sessionStorage.setItem(sessionKey, JSON.stringify(session));
}

export function endSession(): void {
  sessionStorage.removeItem(sessionKey);
}

export function keepPending(pending: Pending): void {
  sessionStorage.setItem(pendingKey, JSON.stringify(pending));
}

/** Once: an answer can be taken only for the request that is waiting for it. */
export function takePending(): Pending | undefined {
  const pending = read<Pending>(pendingKey);
  sessionStorage.removeItem(pendingKey);
  return pending;
}

function read<Value>(key: string): Value | undefined {
  const text = sessionStorage.getItem(key);
  return text === null ? undefined : (JSON.parse(text) as Value);
}
