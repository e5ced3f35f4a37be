import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ConnectionOptions, connect } from 'node:tls';
import * as x509 from '@peculiar/x509';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultConfig } from '../../../src/config/default-config.ts';
import { pagesListener } from '../../../src/http/listener.ts';
import { type OddUpstream, oddUpstream, onePatient } from '../../attacks/odd-upstream.ts';
import { type Gateway, startGateway } from './kit.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'fireguard-tls-'));
let upstream: OddUpstream;
let open: Gateway;
let strict: Gateway;
let server: Pair;
let client: Pair;
let stranger: Pair;

interface Pair {
  readonly key: string;
  readonly certificate: string;
  readonly keyFile: string;
  readonly certificateFile: string;
}

async function selfSigned(name: string): Promise<Pair> {
  x509.cryptoProvider.set(webcrypto as Crypto);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: `CN=${name}`,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
    signingAlgorithm: algorithm,
    keys,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8.match(/.{1,64}/g)!.join('\n')}\n-----END PRIVATE KEY-----\n`;
  const pair = {
    key,
    certificate: made.toString('pem'),
    keyFile: path.join(folder, `${name}.key`),
    certificateFile: path.join(folder, `${name}.pem`),
  };
  writeFileSync(pair.keyFile, pair.key, { mode: 0o600 });
  writeFileSync(pair.certificateFile, pair.certificate);
  return pair;
}

beforeAll(async () => {
  [server, client, stranger] = (await Promise.all(['server', 'client', 'stranger'].map(selfSigned))) as [Pair, Pair, Pair];
  upstream = await oddUpstream(onePatient);
  const tls = { key: server.keyFile, certificate: server.certificateFile };
  open = await startGateway({ upstream: upstream.url, http: { tls } });
  strict = await startGateway({
    upstream: upstream.url,
    http: { tls: { ...tls, clientCertificates: 'required', clientCa: client.certificateFile } },
  });
});
afterAll(async () => {
  await open?.close();
  await strict?.close();
  await upstream?.close();
});

function get(gateway: Gateway, options: ConnectionOptions = {}): Promise<{ status: number; headers: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const call = request(
      `${gateway.base}/Patient/mine`,
      { ca: server.certificate, agent: false, ...options } as object,
      (answer) => {
        answer.resume();
        resolve({ status: answer.statusCode!, headers: answer.headers });
      },
    );
    call.on('error', reject);
    call.end();
  });
}

test('R-037 TLS 1.3 and 1.2 with forward secrecy and AEAD work; HSTS is sent', async () => {
  const modern = await get(open, { minVersion: 'TLSv1.3' });
  expect(modern.status).toBe(401);
  expect(modern.headers['strict-transport-security']).toMatch(/max-age=\d{8}/);
  expect((await get(open, { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' })).status).toBe(401);
});

test.each(['ECDHE-ECDSA-AES128-SHA', 'ECDHE-ECDSA-AES128-SHA256', 'AES128-GCM-SHA256', 'AES128-SHA'])(
  'R-037 %s is refused',
  async (ciphers) => {
    await expect(get(open, { maxVersion: 'TLSv1.2', ciphers: `${ciphers}:@SECLEVEL=0` })).rejects.toThrow();
  },
);

test.each(['TLSv1', 'TLSv1.1'] as const)('R-037 R-038 %s is refused', async (version) => {
  await expect(get(open, { minVersion: version, maxVersion: version, ciphers: 'DEFAULT:@SECLEVEL=0' })).rejects.toThrow();
});

test('R-037 nobody renegotiates (RFC 9325 §3.5)', async () => {
  const { port } = new URL(open.base);
  const socket = connect({ host: '127.0.0.1', port: Number(port), ca: server.certificate, maxVersion: 'TLSv1.2' });
  await once(socket, 'secureConnect');
  const refused = new Promise((resolve) => socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code)));
  const renegotiated = new Promise((resolve) =>
    socket.renegotiate({}, (error) => resolve(error === null ? 'renegotiated' : error.message)),
  );
  expect(await Promise.race([refused, renegotiated])).toBe('ERR_SSL_NO_RENEGOTIATION');
  socket.destroy();
});

test('R-032 R-019 plain HTTP is not answered on the TLS port', async () => {
  await expect(fetch(open.base.replace('https', 'http'))).rejects.toThrow();
});

test('R-034 our links are https', async () => {
  expect(open.base).toMatch(/^https:/);
});

test('R-037 pages and OAuth answers carry HSTS too, also those written past the framework', async () => {
  const config = defaultConfig({
    profile: 'development',
    http: { tls: { key: server.keyFile, certificate: server.certificateFile } },
    upstream: { url: upstream.url, acceptUpstreamWithoutCredentials: true },
  });
  const pages = pagesListener(config.http);
  pages.get('/page', async () => 'page');
  pages.get('/raw', (_request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'text/plain' }).end('raw');
  });
  await pages.listen({ host: '127.0.0.1', port: 0 });
  const base = `https://127.0.0.1:${(pages.server.address() as { port: number }).port}`;
  for (const place of ['/page', '/raw', '/nothing']) {
    const headers = await new Promise<Record<string, unknown>>((resolve, reject) => {
      request(`${base}${place}`, { ca: server.certificate, agent: false }, (answer) => resolve(answer.resume().headers))
        .on('error', reject)
        .end();
    });
    expect(headers['strict-transport-security'], place).toBe('max-age=31536000');
  }
  await pages.close();
});

test('R-035 with required client certificates a stranger gets no handshake', async () => {
  await expect(get(strict)).rejects.toThrow();
  await expect(get(strict, { key: stranger.key, cert: stranger.certificate })).rejects.toThrow();
  expect((await get(strict, { key: client.key, cert: client.certificate })).status).toBe(401);
});
