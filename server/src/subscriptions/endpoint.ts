/**
 * Where notifications go (hardening A7, server-side request forgery): HTTPS outside our own network, or an origin that the operator named. The address is checked again whenever it is
 * connected to. Signed like every POST of ours; the secret is derived, so that it lies nowhere.
 */
import { hkdfSync, randomBytes, randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import { Problem } from '@fireguard/engine';
import { webhookSignature } from '../notify/webhook-signature.ts';
import type { KeyStore } from '../storage/keys.ts';
import { fetchOutside, isInside } from '../token/fetch-outside.ts';

export interface Endpoints {
  /** Throws Problem `resource-invalid`. */
  check(url: string): void;
  /** Resolves when the other side has taken it; throws Error with one line that tells nothing of our network. */
  post(url: string, subscription: string, id: string, body: string): Promise<void>;
  secretOf(subscription: string): string;
}

export interface EndpointOptions {
  readonly keys: KeyStore;
  readonly internalOrigins: readonly string[];
  /** Development: loopback and plain HTTP as well. */
  readonly acceptPrivate: boolean;
  readonly now: () => number;
}

export async function endpoints({ keys, internalOrigins, acceptPrivate, now }: EndpointOptions): Promise<Endpoints> {
  const [key] = await keys.keysFor('webhook', () => ({
    id: randomUUID(),
    jwk: { kty: 'oct', k: randomBytes(32).toString('base64url') },
  }));
  const root = Buffer.from(String(key?.jwk['k']), 'base64url');
  const inner = new Set(internalOrigins.map((origin) => new URL(origin).origin));
  const [outside, anywhere] = [fetchOutside(false), fetchOutside(true)];
  const secretOf = (subscription: string): string =>
    Buffer.from(hkdfSync('sha256', root, '', `fireguard subscription ${subscription}`, 32)).toString('base64url');

  return Object.freeze<Endpoints>({
    secretOf,
    check(given) {
      const url = URL.canParse(given) ? new URL(given) : undefined;
      if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '' || url.hash !== '')
        throw refused('The endpoint must be an absolute https URL without credentials or fragment.');
      if (acceptPrivate || inner.has(url.origin)) return;
      if (url.protocol !== 'https:') throw refused('The endpoint must be an https URL.');
      const literal = url.hostname.replace(/^\[|\]$/g, '');
      if (isIP(literal) === 0 ? /^(?:[^.]+|.*\.(?:localhost|local|internal))\.?$/i.test(literal) : isInside(literal))
        throw refused('The endpoint must be outside this network, or an origin that its operator has named.');
    },
    async post(url, subscription, id, body) {
      const send = acceptPrivate || inner.has(new URL(url).origin) ? anywhere : outside;
      const headers = {
        'content-type': 'application/fhir+json',
        'idempotency-key': id,
        'fireguard-signature': webhookSignature(body, secretOf(subscription), now()),
      };
      const answered = await send(url, { post: { body, headers } }).catch(() => undefined);
      if (answered === undefined) throw new Error('the endpoint cannot be reached');
      if (answered.status < 200 || answered.status > 299) throw new Error(`the endpoint answered ${answered.status}`);
    },
  });
}

const refused = (text: string): Problem => new Problem('resource-invalid', text);
