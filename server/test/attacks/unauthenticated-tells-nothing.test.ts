// R-036; hardening B11-129, 130, 133, 136: what a stranger is told is the same whatever they ask, and names nothing.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Gateway, startGateway } from '../flows/gateway/kit.ts';
import { type Ward, ward } from '../flows/gateway/ward.ts';
import { request, statusOf } from './raw-socket.ts';

let place: Ward;
let gateway: Gateway;

beforeAll(async () => {
  place = await ward();
  gateway = await startGateway({ upstream: place.server.url });
});
afterAll(async () => {
  await gateway?.close();
  await place?.server.close();
});

const asked: readonly (readonly [method: string, path: string])[] = [
  ['GET', '/Patient/mine'],
  ['GET', '/Patient/none'],
  ['GET', '/Patient/mine/_history/1'],
  ['GET', '/Patient/mine/_history'],
  ['GET', '/Nonsense/1'],
  ['GET', '/patient/mine'],
  ['GET', '/Patient?nonsense=1'],
  ['GET', '/Patient?_count=zero'],
  ['GET', '/Patient//mine'],
  ['GET', '/Patient/%2e%2e/metadata'],
  ['GET', '/Patient/mine%2f..%2fother'],
  ['GET', '/Patient/mine/$everything'],
  ['GET', '/$export'],
  ['GET', '/$nonsense'],
  ['GET', '/%zz'],
  ['GET', '/_history'],
  ['GET', ''],
  ['POST', ''],
  ['POST', '/Patient'],
  ['POST', '/Patient/_search'],
  ['PUT', '/Patient/mine'],
  ['PATCH', '/Patient/mine'],
  ['DELETE', '/Patient/mine'],
  ['HEAD', '/Patient/mine'],
  ['GET', '/Practitioner/doc'],
  ['GET', '/Organization'],
  ['GET', '/?_type=Patient'],
];

test.each(asked)('R-045 R-036 %s %s is 401 and no more', async (method, path) => {
  const body = method === 'POST' || method === 'PUT' || method === 'PATCH' ? 'no json at all' : '';
  const answer = await request(
    gateway.port,
    `${method} /fhir${path} HTTP/1.1`,
    ['X-Request-Id: one', `Content-Length: ${body.length}`, 'Content-Type: text/plain'],
    body,
  );
  const reference = await request(gateway.port, `${method === 'HEAD' ? 'HEAD' : 'GET'} /fhir/Patient/reference HTTP/1.1`, [
    'X-Request-Id: one',
  ]);
  const withoutDate = (text: string) => text.replace(/^Date: .*\r\n/m, '');
  expect(statusOf(answer)).toBe(401);
  expect(answer).toMatch(/^WWW-Authenticate: Bearer realm="fhir", resource_metadata=/m);
  expect(answer).not.toMatch(/error=/);
  expect(withoutDate(answer)).toBe(withoutDate(reference));
});

test('R-036 no answer names a product, a version, a path or the upstream', async () => {
  const token = gateway.token();
  const answers = await Promise.all([
    ...asked.map(([method, path]) => request(gateway.port, `${method} /fhir${path} HTTP/1.1`)),
    ...asked.map(([method, path]) =>
      request(gateway.port, `${method} /fhir${path} HTTP/1.1`, [`Authorization: Bearer ${token}`]),
    ),
    request(gateway.port, 'GET / HTTP/1.1'),
    request(gateway.port, 'TRACE /fhir/Patient HTTP/1.1'),
    request(gateway.port, 'PURGE /fhir/Patient HTTP/1.1'),
    request(gateway.port, 'NONSENSE /fhir/Patient HTTP/1.1'),
    request(gateway.port, 'GET /fhir/metadata HTTP/1.1'),
  ]);
  for (const answer of answers) {
    expect(answer).not.toMatch(/^(server|x-powered-by|via|server-timing):/im);
    expect(answer).not.toMatch(/fastify|node|undici|medplum|express|\/work|\.ts\b|at \w+ \(|postgres/i);
    expect(answer).not.toContain(new URL(place.server.url).host);
  }
});

test('every refusal left a record with its cause', () => {
  const refused = gateway.audit.records.filter(({ status }) => status === 401);
  expect(refused.length).toBeGreaterThan(asked.length);
  expect(refused.every(({ outcome }) => outcome === 'deny')).toBe(true);
});
