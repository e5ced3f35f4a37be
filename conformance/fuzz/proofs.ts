/** Ways of saying who asks: good ones, which the ledger remembers, and ones that are bent, forged or somebody else's. */
import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import type { Pair } from '../../server/test/flows/certificates.ts';
import { type ClientName, signingKey } from '../smart/client.ts';
import { claimsOf, headerOf, part, signedJwt } from '../smart/jwt.ts';
import { ASSERTION_TYPE, basic, basicOf, type Site } from '../smart/site.ts';
import { flipped, nonsense, type Params } from './bend.ts';
import { canonical, type Ledger } from './ledger.ts';
import type { Random } from './random.ts';

export interface Proven {
  readonly headers: Readonly<Record<string, string>>;
  readonly params: Params;
  readonly certificate?: Pair | undefined;
}

const stranger = signingKey('ES384');
const visible = (text: string): string => text.replace(/[^\x20-\x7e]/g, '').slice(0, 300);

/** The proof that this client gives when all is well. */
export function goodProof(site: Site, ledger: Ledger, name: ClientName): Proven {
  const client = site.subject.clients[name];
  if (client.certificate !== undefined)
    return { headers: {}, params: [['client_id', client.id]], certificate: client.certificate };
  switch (client.kind) {
    case 'public':
      return { headers: {}, params: [['client_id', client.id]] };
    case 'symmetric':
      return client.secretInBody === true
        ? {
            headers: {},
            params: [
              ['client_id', client.id],
              ['client_secret', client.secret ?? ''],
            ],
          }
        : { headers: basicOf(client), params: [] };
    case 'asymmetric':
    case 'backend':
      return byAssertion(goodAssertion(site, ledger, name));
  }
}

function byAssertion(assertion: string): Proven {
  return {
    headers: {},
    params: [
      ['client_assertion_type', ASSERTION_TYPE],
      ['client_assertion', assertion],
    ],
  };
}

function goodAssertion(site: Site, ledger: Ledger, client: ClientName): string {
  const assertion = site.assertion(client, client === 'fapi' ? { claims: { aud: site.issuer } } : {});
  ledger.assertions.set(canonical(assertion), { client });
  return assertion;
}

/** A proof that is none, or somebody else's. */
export function badProof(site: Site, ledger: Ledger, dice: Random): Proven {
  const { clients } = site.subject;
  const names = Object.keys(clients) as ClientName[];
  const keyed = dice.pick(['asymmetric', 'backend', 'fapi', 'lab'] as const);
  switch (dice.below(8)) {
    case 0:
      return { headers: {}, params: [] };
    case 1:
      return {
        headers: {},
        params: [['client_id', dice.pick([...names.map((name) => clients[name].id), 'fireguard-console', 'nobody'])]],
      };
    case 2:
      return { headers: basic(clients[dice.pick(names)].id, visible(dice.pick(nonsense))), params: [] };
    case 3:
      return {
        headers: {},
        params: [
          ['client_id', clients.symmetric.id],
          ['client_secret', clients.symmetric.secret ?? ''],
        ],
      };
    case 4:
      return { headers: {}, params: [['client_id', clients.certified.id]], certificate: site.subject.impostor };
    case 5: {
      const used = [...ledger.assertions].filter(([, held]) => held.ended !== undefined).map(([text]) => text);
      return byAssertion(used.length === 0 ? flipped(dice, site.assertion(keyed)) : dice.pick(used.slice(-50)));
    }
    default:
      return byAssertion(forgedAssertion(site, dice, keyed));
  }
}

/** From a valid assertion: one thing changed, signed or not. */
function forgedAssertion(site: Site, dice: Random, name: ClientName): string {
  const now = Math.floor(Date.now() / 1000);
  const good = site.assertion(name);
  const [head = '', body = '', signature = ''] = good.split('.');
  const badClaims = dice.pick<Record<string, unknown>>([
    { aud: 'https://elsewhere.example.test/token' },
    { aud: [`${site.issuer}/token`, 'https://elsewhere.example.test'] },
    { exp: now - 600 },
    { exp: now + 86_400 },
    { exp: undefined },
    { exp: String(now + 60) },
    { sub: site.subject.clients.backend.id, iss: site.subject.clients.asymmetric.id },
    { sub: 'admin' },
    { iss: undefined },
    { jti: undefined },
    { jti: 7 },
    { nbf: now + 3600 },
  ]);
  switch (dice.below(9)) {
    case 0:
      return flipped(dice, good);
    case 1:
      return `${part({ ...headerOf(good), alg: dice.pick(['none', 'HS256', 'HS384', 'RS384', 'ES256', 'PS384', '']) })}.${body}.${signature}`;
    case 2:
      return `${part({ ...headerOf(good), alg: 'none' })}.${body}.`;
    case 3:
      return `${head}.${part({ ...claimsOf(good), ...badClaims })}.${signature}`;
    case 4:
      return site.assertion(name, { claims: badClaims });
    case 5:
      return signedJwt(headerOf(good), claimsOf(good), stranger);
    case 6:
      return site.assertion(name, {
        header: dice.pick<Record<string, unknown>>([
          { kid: 'x' },
          { kid: undefined },
          { jku: 'https://evil.example.test/' },
          { typ: 'at+jwt' },
          { crit: ['x'] },
          { b64: false, crit: ['b64'] },
        ]),
      });
    case 7:
      return signedJwt({ ...headerOf(good), jwk: { ...stranger.jwk, d: undefined } }, claimsOf(good), stranger);
    default:
      return `${good}.${dice.pick(['', 'e30', signature])}`;
  }
}

/** A key for proofs of possession (RFC 9449). */
export interface ProofKey {
  readonly thumbprint: string;
  sign(claims: object, header?: object): string;
}

export function proofKey(): ProofKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = publicKey.export({ format: 'jwk' });
  const members = JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y });
  return {
    thumbprint: createHash('sha256').update(members).digest('base64url'),
    sign(claims, header = {}) {
      const input = `${part({ alg: 'ES256', typ: 'dpop+jwt', jwk, ...header })}.${part(claims)}`;
      return `${input}.${sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
    },
  };
}

/** A DPoP header for the token endpoint: good, and then remembered, or bent. */
export function possession(site: Site, ledger: Ledger, dice: Random, key: ProofKey): string {
  const url = `${site.issuer}/token`;
  const now = Math.floor(Date.now() / 1000);
  const claims = { htm: 'POST', htu: url, jti: randomUUID(), iat: now };
  if (dice.chance(0.5)) {
    const proof = key.sign(claims);
    ledger.proofs.set(canonical(proof), { key: key.thumbprint, method: 'POST', url, ended: new Map() });
    return proof;
  }
  const used = [...ledger.proofs].filter(([, held]) => held.ended.size > 0).map(([text]) => text);
  switch (dice.below(7)) {
    case 0: {
      const good = key.sign(claims);
      const other = flipped(dice, good);
      if (canonical(other) === canonical(good))
        ledger.proofs.set(canonical(good), { key: key.thumbprint, method: 'POST', url, ended: new Map() });
      return other;
    }
    case 1:
      return key.sign({ ...claims, htm: 'GET' });
    case 2:
      return key.sign({ ...claims, htu: dice.pick(['https://elsewhere.example.test/token', `${url}x`, site.fhir, '']) });
    case 3:
      return key.sign({ ...claims, iat: dice.pick([now - 3600, now + 3600, 'now', undefined]) });
    case 4:
      return key.sign({ ...claims, jti: undefined });
    case 5:
      return used.length === 0 ? 'a.b.c' : dice.pick(used.slice(-50));
    default:
      return key.sign(
        claims,
        dice.pick<object>([{ typ: 'JWT' }, { alg: 'none' }, { jwk: undefined }, { jwk: stranger.jwk }, { alg: 'HS256' }]),
      );
  }
}
