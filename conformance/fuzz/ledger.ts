/**
 * What the suite holds, and so what anybody could be owed: tokens and codes with the scopes that the suite itself saw agreed to, and every assertion and
 * proof that it signed well. Times are those at which an answer had come: what was sent before may still have been in time.
 */
import type { ClientName } from '../smart/client.ts';

export interface Held {
  readonly client: ClientName;
  /** What was asked; what is given lies within. */
  readonly asked: readonly string[];
  /** What a person ticked; undefined where nobody could. */
  readonly ticked?: readonly string[] | undefined;
  /** Thumbprint of the key that it is bound to. */
  readonly key?: string | undefined;
  /** Milliseconds of `performance.now()` from which on it is worth nothing. */
  ended?: number;
}

export interface HeldCode extends Held {
  readonly redirectUri: string;
  readonly verifier: string;
  /** Patients whom the person could choose; undefined where no patient is in context. */
  readonly patients?: readonly string[] | undefined;
}

export interface GoodProof {
  readonly key: string;
  readonly method: string;
  readonly url: string;
  /** When each client had used it: the server keeps them by client. */
  readonly ended: Map<ClientName, number>;
}

/** Unused bits at the end of a signature may vary without changing it: what is signed is what counts. */
export function canonical(jws: string): string {
  const [head = '', body = '', signature = '', ...more] = jws.split('.');
  return [head, body, Buffer.from(signature, 'base64url').toString('base64url'), ...more].join('.');
}

export class Ledger {
  readonly refresh = new Map<string, Held>();
  readonly access = new Map<string, Held>();
  readonly codes = new Map<string, HeldCode>();
  /** Well signed, with claims as they should be; by their canonical form. */
  readonly assertions = new Map<string, { readonly client: ClientName; ended?: number }>();
  readonly proofs = new Map<string, GoodProof>();
  /** `request_uri`s of pushed requests. */
  readonly pushed: string[] = [];
  /** Initial access tokens for registration, newest last. */
  readonly registrations: string[] = [];

  /** Live ones of a kind, newest last. */
  live<T extends Held>(from: ReadonlyMap<string, T>, client?: ClientName): readonly string[] {
    const all = [...from].filter(([, held]) => held.ended === undefined && (client === undefined || held.client === client));
    return all.map(([text]) => text).slice(-20);
  }

  /** Strings that open something, for putting where they do not belong. */
  spare(): readonly string[] {
    return [...this.live(this.access), ...this.live(this.refresh), ...this.live(this.codes)];
  }

  end(held: { ended?: number } | undefined): void {
    if (held !== undefined) held.ended ??= performance.now();
  }
}
