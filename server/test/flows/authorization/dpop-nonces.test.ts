/** RFC 9449 §8 and §9: nonces of the authorization server and of the API, offered or required, and how they end. */
import * as openid from 'openid-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDpopNonces, type DpopNonces } from '../../../src/token/dpop-nonces.ts';
import { type Gateway, startGateway } from '../gateway/kit.ts';
import { type Ward, ward } from '../gateway/ward.ts';
import { dpopKey } from './dpop.ts';
import { type Issuer, startIssuer } from './harness.ts';
import { token } from './launch.ts';
import { withAssertion } from './service-token.ts';

describe('at the token endpoint and userinfo', () => {
  let server: Issuer;
  let strict: Issuer;
  beforeAll(async () => {
    [server, strict] = [await startIssuer(), await startIssuer({ dpopNonces: 'required' })];
  });
  afterAll(() => Promise.all([server?.close(), strict?.close()]));

  const ask = async (at: Issuer, nonce?: string) => {
    const key = await dpopKey();
    const proof = await key.proof('POST', `${at.issuer}/token`, nonce === undefined ? {} : { claims: { nonce } });
    const grant = { grant_type: 'client_credentials', scope: 'system/*.rs' };
    return token(at, { ...grant, ...(await withAssertion('nightly', at.backendKey, at)) }, { dpop: proof });
  };

  test('offered: a proof without one is taken, and the answer brings one that is held to', async () => {
    const first = await ask(server);
    const nonce = first.headers.get('dpop-nonce') ?? '';
    expect([first.status, nonce.length > 20]).toEqual([200, true]);
    expect((await ask(server, nonce)).status).toBe(200);
    const made = await ask(server, 'made-up');
    expect([made.status, made.body['error'], made.headers.get('dpop-nonce')]).toEqual([
      400,
      'use_dpop_nonce',
      expect.any(String),
    ]);
  });

  test('required: a proof without one is refused with one, and then taken', async () => {
    const refused = await ask(strict);
    expect([refused.status, refused.body['error']]).toEqual([400, 'use_dpop_nonce']);
    expect((await ask(strict, refused.headers.get('dpop-nonce') ?? '')).status).toBe(200);
    // Of another server, it is none here.
    expect((await ask(strict, (await ask(server)).headers.get('dpop-nonce') ?? '')).status).toBe(400);
  });

  test('R-094 openid-client with DPoP gets its token where nonces are required', async () => {
    const jwk = strict.backendKey.privateJwk as JsonWebKey;
    const key = await crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-384' }, false, ['sign']);
    const proof = openid.PrivateKeyJwt({ key, kid: 'backend-1' });
    const execute = [openid.allowInsecureRequests];
    const config = await openid.discovery(new URL(strict.issuer), 'nightly', undefined, proof, { execute });
    const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair('ES256'));
    const tokens = await openid.clientCredentialsGrant(config, { scope: 'system/*.rs' }, { DPoP });
    expect(tokens.token_type.toLowerCase()).toBe('dpop');
  });
});

describe('at the API', () => {
  let place: Ward;
  let gateway: Gateway;
  let clock = Date.now();
  const nonces: { now: DpopNonces } = { now: createDpopNonces(Buffer.alloc(32, 1), true, () => clock) };
  beforeAll(async () => {
    place = await ward();
    gateway = await startGateway({ upstream: place.server.url, nonces: nonces.now });
  });
  afterAll(() => Promise.all([gateway?.close(), place?.server.close()]));

  const read = async (key: Awaited<ReturnType<typeof dpopKey>>, access: string, nonce?: string) => {
    const url = `${gateway.base}/Patient/mine`;
    const claims = nonce === undefined ? {} : { nonce };
    const dpop = await key.proof('GET', url, { token: access, claims });
    return fetch(url, { headers: { authorization: `DPoP ${access}`, dpop } });
  };

  test('a proof without one, with a made-up one or with an old one is told to be made again; with the newest it is taken', async () => {
    const key = await dpopKey();
    const access = gateway.token({ binding: { kind: 'dpop', thumbprint: key.thumbprint } });
    const refused = await read(key, access);
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringMatching(/^DPoP realm="fhir", error="use_dpop_nonce", algs="/),
    ]);
    const nonce = refused.headers.get('dpop-nonce') ?? '';
    expect((await read(key, access, 'made-up')).status).toBe(401);
    const answered = await read(key, access, nonce);
    expect([answered.status, answered.headers.get('dpop-nonce')]).toEqual([200, nonce]);
    // It is renewed every minute, and good for five.
    clock += 90_000;
    const later = await read(key, access, nonce);
    expect([later.status, later.headers.get('dpop-nonce') === nonce]).toEqual([200, false]);
    clock += 400_000;
    expect((await read(key, access, nonce)).status).toBe(401);
  });

  test('hidden and absent are answered alike, nonce and all', async () => {
    const key = await dpopKey();
    const access = gateway.token({ binding: { kind: 'dpop', thumbprint: key.thumbprint } });
    const answers = await Promise.all(
      ['other', 'absent'].map(async (id) => {
        const url = `${gateway.base}/Patient/${id}`;
        const dpop = await key.proof('GET', url, { token: access, claims: { nonce: nonces.now.next() } });
        const answer = await fetch(url, { headers: { authorization: `DPoP ${access}`, dpop } });
        return [
          answer.status,
          [...answer.headers].filter(([name]) => !['x-request-id', 'date'].includes(name)),
          await answer.text(),
        ];
      }),
    );
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.[0]).toBe(404);
  });
});
