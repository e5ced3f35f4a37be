// hardening A5: only registered origins, compared whole; never null; nothing reflected.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, startGateway } from '../flows/gateway/kit.ts';
import { type OddUpstream, oddUpstream, onePatient } from './odd-upstream.ts';

let upstream: OddUpstream;
let gateway: Gateway;

beforeAll(async () => {
  upstream = await oddUpstream(onePatient);
  gateway = await startGateway({ upstream: upstream.url, origins: () => origins });
});
afterAll(async () => {
  await gateway?.close();
  await upstream?.close();
});

let origins = ['https://app.example'];
const preflight = (path: string, origin: string) =>
  fetch(gateway.base + path, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' },
  });
const cors = (answer: Response) => [...answer.headers.keys()].filter((name) => name.startsWith('access-control-'));

test('R-041 a registered origin is told what it may do', async () => {
  const answer = await preflight('/Patient/mine', 'https://app.example');
  expect(answer.status).toBe(204);
  expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example');
  for (const name of ['Authorization', 'Content-Type', 'If-Match', 'Prefer'])
    expect(answer.headers.get('access-control-allow-headers')).toContain(name);
  expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
});

test.each([
  'null',
  'https://app.example.evil.test',
  'https://evil.test',
  'http://app.example',
  'https://app.example:444',
  'HTTPS://APP.EXAMPLE',
  'https://app.example/',
  'app.example',
])('R-042 %s origin is not echoed', async (origin) => {
  for (const answer of [
    await preflight('/Patient/mine', origin),
    await gateway.get('/Patient/mine', gateway.token(), { origin }),
  ]) {
    expect(cors(answer)).toEqual([]);
    expect(answer.headers.get('vary')).toContain('Origin');
  }
});

test('R-042 null origin is not echoed on open routes either', async () => {
  expect(cors(await preflight('/metadata', 'null'))).toEqual([]);
  expect(cors(await gateway.get('/.well-known/smart-configuration', undefined, { origin: 'null' }))).toEqual([]);
});

test('R-043 discovery and metadata are open to any origin', async () => {
  for (const path of ['/metadata', '/.well-known/smart-configuration']) {
    expect((await preflight(path, 'https://anybody.test')).headers.get('access-control-allow-origin')).toBe('*');
    expect(
      (await gateway.get(path, undefined, { origin: 'https://anybody.test' })).headers.get('access-control-allow-origin'),
    ).toBe('*');
  }
});

test('R-044 a changed registration holds on the next request', async () => {
  origins = ['https://new.example'];
  await gateway.cluster.announce({ kind: 'client', id: 'app' });
  expect(cors(await preflight('/Patient/mine', 'https://app.example'))).toEqual([]);
  expect((await preflight('/Patient/mine', 'https://new.example')).headers.get('access-control-allow-origin')).toBe(
    'https://new.example',
  );
});

test('a preflight says the same for what exists and what does not', async () => {
  const [one, other] = await Promise.all([
    preflight('/Patient/mine', 'https://evil.test'),
    preflight('/Nonsense/none', 'https://evil.test'),
  ]);
  const plain = (answer: Response) => [...answer.headers].filter(([name]) => name !== 'date');
  expect(plain(one)).toEqual(plain(other));
});
