/** RFC 8705 over real TLS: clients that prove who they are by a certificate, and tokens bound to it; and the documents that need an operator's word. */
import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClientProtocol } from '../../../src/storage/schema.ts';
import { certificate, type Pair } from '../certificates.ts';
import { type Issuer, startIssuer } from './harness.ts';

let server: Issuer;
let host: Pair;
let authority: Pair;
let member: Pair;
let impostor: Pair;
let loner: Pair;

beforeAll(async () => {
  [host, authority, loner] = await Promise.all([certificate('issuer'), certificate('clients-ca'), certificate('own')]);
  member = await certificate('nightly-job', authority);
  impostor = await certificate('nightly-job', await certificate('other-ca'));
  server = await startIssuer({
    tls: { key: host.key, cert: host.certificate, ca: authority.certificate, requestCert: true, rejectUnauthorized: false },
    access: { name: 'Alder Vale Hospital', website: 'https://aldervale.example', city: 'Alder Vale', country: 'GB' },
    securityContact: 'mailto:security@aldervale.example',
  });
});
afterAll(() => server?.close());

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

function call(
  method: string,
  path: string,
  pair?: Pair,
  form?: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      server.issuer + path,
      {
        method,
        agent: false,
        ca: host.certificate,
        ...(pair === undefined ? {} : { key: pair.key, cert: pair.certificate }),
        headers: { ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }), ...headers },
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (part: string) => {
          text += part;
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(form === undefined ? undefined : new URLSearchParams(form).toString());
  });
}

async function register(protocol: ClientProtocol, keys?: object[]): Promise<void> {
  await server.storage.db
    .updateTable('client')
    .set({ protocol: JSON.stringify(protocol), ...(keys === undefined ? {} : { jwks: JSON.stringify({ keys }) }) })
    .where('id', '=', 'nightly')
    .execute();
}

const grant = { grant_type: 'client_credentials', scope: 'system/*.rs', client_id: 'nightly' };
const ask = async (pair?: Pair) => {
  const { status, text } = await call('POST', '/token', pair, grant);
  return { status, body: JSON.parse(text) as Record<string, unknown> };
};

describe('RFC 8705 client authentication', () => {
  test('by a certificate of a trusted authority with the registered subject', async () => {
    await register({ mutualTls: { kind: 'authority', subject: 'O=Test,CN=nightly-job' } });
    expect((await ask(member)).status).toBe(200);
    expect((await ask()).status).toBe(401);
    expect((await ask(impostor)).status).toBe(401);
    expect((await ask(loner)).status).toBe(401);
    await register({ mutualTls: { kind: 'authority', subject: 'O=Test,CN=somebody-else' } });
    expect((await ask(member)).status).toBe(401);
  });

  test('by the very certificate that is registered', async () => {
    await register({ mutualTls: { kind: 'self-signed' } }, [{ kty: 'EC', ...(await ownKey()), x5c: [loner.der] }]);
    expect((await ask(loner)).status).toBe(200);
    expect((await ask(member)).status).toBe(401);
    expect((await ask()).status).toBe(401);
  });

  test('a header that claims a certificate is no certificate', async () => {
    const headers = { 'x-ssl-client-cert': encodeURIComponent(loner.certificate), 'x-forwarded-client-cert': loner.der };
    expect((await call('POST', '/token', undefined, grant, headers)).status).toBe(401);
  });

  test('a token bound to the certificate is worth nothing without it', async () => {
    await register({ mutualTls: { kind: 'self-signed' }, certificateBound: true }, [
      { kty: 'EC', ...(await ownKey()), x5c: [loner.der] },
    ]);
    const { body } = await ask(loner);
    const token = String(body['access_token']);
    expect((await server.tokens.resolve(token))?.binding).toEqual({ kind: 'certificate', thumbprint: loner.thumbprint });
    const launch = await call('POST', '/launch', loner, undefined, {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
    });
    expect(launch.status).toBe(401);
    expect((await call('POST', '/introspect', undefined, { token: 'x' }, { authorization: `Bearer ${token}` })).status).toBe(
      401,
    );
  });
});

/** The public key of the certificate, as a JWK. */
async function ownKey(): Promise<object> {
  const { x, y, crv } = (await crypto.subtle.exportKey('jwk', loner.keys.publicKey)) as {
    x?: string;
    y?: string;
    crv?: string;
  };
  return { x, y, crv };
}

describe('documents for everybody', () => {
  test('user-access brands: open to all origins, with a tag', async () => {
    const { status, headers, text } = await call('GET', '/user-access-brands.json', undefined, undefined, {
      origin: 'https://any.example',
    });
    expect([status, headers['access-control-allow-origin']]).toEqual([200, '*']);
    const bundle = JSON.parse(text) as { type: string; timestamp: string; entry: { resource: Record<string, unknown> }[] };
    expect(bundle.type).toBe('collection');
    expect(bundle.entry.map(({ resource }) => resource['resourceType'])).toEqual(['Organization', 'Endpoint']);
    expect(bundle.entry[1]?.resource).toMatchObject({ address: server.fhirBase, connectionType: { code: 'hl7-fhir-rest' } });
    const again = await call('GET', '/user-access-brands.json', undefined, undefined, {
      'if-none-match': String(headers['etag']),
    });
    expect([again.status, again.text]).toEqual([304, '']);
    expect(server.server.smartConfiguration()['user_access_brand_bundle']).toBe(`${server.issuer}/user-access-brands.json`);
  });

  test('R-253 security.txt says whom to tell, and ends', async () => {
    const { status, text } = await call('GET', '/.well-known/security.txt');
    expect(status).toBe(200);
    expect(text).toContain('Contact: mailto:security@aldervale.example\n');
    const expires = Date.parse(/^Expires: (.+)$/m.exec(text)?.[1] ?? '');
    expect(expires).toBeGreaterThan(Date.now());
    expect(expires).toBeLessThan(Date.now() + 366 * 86_400_000);
  });

  test('R-096 what discovery names is there, and what a certificate can do is named only over TLS', async () => {
    const smart = server.server.smartConfiguration();
    expect(smart['token_endpoint_auth_methods_supported']).toEqual(
      expect.arrayContaining(['tls_client_auth', 'client_secret_post']),
    );
    for (const [name, url] of Object.entries(smart))
      if (/_endpoint$|_uri$|_bundle$/.test(name)) {
        const path = String(url).slice(server.issuer.length);
        const method = /token|introspect|revo|register|par$/.test(path) ? 'POST' : 'GET';
        expect([name, (await call(method, path)).status], name).not.toEqual([name, 404]);
      }
  });
});

test('without an operator’s word there are no such documents', async () => {
  const plain = await startIssuer();
  for (const path of ['/user-access-brands.json', '/.well-known/security.txt'])
    expect((await fetch(plain.issuer + path)).status).toBe(404);
  expect(plain.server.smartConfiguration()).not.toHaveProperty('user_access_brand_bundle');
  expect(plain.server.smartConfiguration()['token_endpoint_auth_methods_supported']).not.toContain('tls_client_auth');
  await plain.close();
});
