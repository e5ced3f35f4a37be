// R-036, R-045; hardening B11-129, 130, 136, 137: hundreds of requests by a stranger, and none of the answers tells what runs here or behind; nor when what is behind is gone.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { request } from '../../../server/test/attacks/raw-socket.ts';
import { authorization, type ServerProcess, serverProcess, temporaryFolder } from '../fhir-server-process.ts';
import { type RunningDemo, startDemo } from '../running-demo.ts';

interface Shot {
  readonly line: string;
  readonly headers?: readonly string[];
  readonly body?: string;
}

let behind: ServerProcess;
let demo: RunningDemo;
let api: number;
let pages: number;
const folder = temporaryFolder();

beforeAll(async () => {
  behind = await serverProcess(path.join(folder, 'fhir'));
  for (const resource of people()) {
    const sent = await fetch(`${behind.url}/${resource.resourceType}/${resource.id}`, {
      method: 'PUT',
      headers: { authorization, 'content-type': 'application/fhir+json' },
      body: JSON.stringify(resource),
    });
    expect(sent.status).toBe(201);
  }
  demo = await startDemo({ args: ['--upstream', behind.url], env: { FIREGUARD_UPSTREAM_AUTHORIZATION: authorization } });
  pages = demo.port;
  api = demo.port + 1;
});
afterAll(async () => {
  await demo?.dispose();
  await behind?.end('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const METHODS = 'GET HEAD POST PUT PATCH DELETE OPTIONS TRACE CONNECT PROPFIND SEARCH PURGE LINK NONSENSE'.split(' ');
const TARGETS = [
  '/fhir',
  '/fhir/',
  '/fhir/Patient',
  '/fhir/Patient/one',
  '/fhir/Patient/none',
  '/fhir/Patient/one/_history/1',
  '/fhir/Patient/one/$everything',
  '/fhir/_history',
  '/fhir/$export',
  '/fhir/$graphql?query={Patient}',
  '/fhir/Nonsense/1',
  '/fhir/Patient?name=%',
  '/fhir/Patient/%00',
  '/fhir/Patient/%2e%2e/%2e%2e/metadata',
  '/fhir/../metadata',
  '/fhir//Patient',
  '/fhir/Patient;v=1',
  '/FHIR/Patient',
  '/fhir/metadata/x',
  '/',
  '/metadata',
  '/.well-known/openid-configuration',
  '/.env',
  '/admin/people',
  '/healthz',
  '//evil.example/fhir/Patient',
  '/fhir/Patient#x',
  `/fhir/Patient?name=${'a'.repeat(20_000)}`,
  `/fhir/${'x/'.repeat(2_000)}`,
];
const ODD_HEADERS: readonly (readonly string[])[] = [
  ['Accept: text/html'],
  ['Accept: application/fhir+xml;fhirVersion=9.9'],
  [`Accept: ${'a/b,'.repeat(1_000)}`],
  ['Accept:'],
  ['Content-Type: text/plain'],
  ['Content-Type: application/fhir+json; charset=utf-7'],
  ['Content-Encoding: gzip'],
  ['Expect: 100-continue'],
  ['Expect: something-else'],
  ['Transfer-Encoding: chunked, identity'],
  ['X-HTTP-Method-Override: DELETE'],
  ['X-Forwarded-Host: evil.example', 'X-Forwarded-Proto: https', 'Forwarded: host=evil.example'],
  ['Range: bytes=0-10'],
  ['Upgrade: websocket', 'Connection: upgrade'],
  ['Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'],
  ['Origin: null'],
  ['Origin: https://evil.example'],
  ['Cookie: _session=1; _interaction=2'],
  ['Authorization: Basic YWRtaW46YWRtaW4='],
  ['Authorization: Bearer'],
  ['Authorization: Bearer eyJhbGciOiJub25lIn0.e30.'],
  [`Authorization: Bearer ${'x'.repeat(9_000)}`],
  ['Authorization: DPoP abc', 'DPoP: abc'],
  ['Prefer: respond-async, handling=strict'],
  ['If-None-Exist: identifier=x'],
  ['Content-Length: 99999999999999'],
  ['Content-Length: 5', 'Content-Length: 6'],
  ['X-Request-Id: <script>alert(1)</script>'],
  [`X-Long: ${'x'.repeat(40_000)}`],
];
const BODIES = [
  '',
  '{',
  'null',
  '[[[[[[[[',
  '{"resourceType":"Patient","resourceType":"Patient"}',
  '{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"GET","url":"Patient"}}]}',
  '<Patient xmlns="http://hl7.org/fhir"><!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]></Patient>',
  `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
  '\u0000\u0001\u0002',
];

const onApi: readonly Shot[] = [
  ...METHODS.flatMap((method) => TARGETS.map((target) => ({ line: `${method} ${target} HTTP/1.1` }))),
  ...ODD_HEADERS.flatMap((headers) => ['GET', 'POST'].map((method) => ({ line: `${method} /fhir/Patient HTTP/1.1`, headers }))),
  ...BODIES.flatMap((body) =>
    ['POST /fhir', 'POST /fhir/Patient', 'PUT /fhir/Patient/one', 'PATCH /fhir/Patient/one', 'POST /fhir/Patient/_search'].map(
      (line) => ({
        line: `${line} HTTP/1.1`,
        headers: ['Content-Type: application/fhir+json', `Content-Length: ${Buffer.byteLength(body)}`],
        body,
      }),
    ),
  ),
  ...['evil.example', '', '127.0.0.1', 'localhost:1', `${'a'.repeat(300)}.example`, '[::1]:1', 'a b'].map((host) => ({
    line: 'GET /fhir/metadata HTTP/1.1',
    headers: [`Host: ${host}`],
  })),
  { line: 'GET /fhir/metadata HTTP/1.0' },
  { line: 'GET /fhir/metadata HTTP/9.9' },
  { line: 'GET http://evil.example/fhir/metadata HTTP/1.1' },
  { line: 'PRI * HTTP/2.0' },
  { line: '\u0016\u0003\u0001' },
];

const PAGE_TARGETS = [
  '/',
  '/authorize',
  '/authorize?client_id=x',
  '/authorize?client_id=steady-heart&response_type=code&redirect_uri=http://evil.example',
  '/authorize?client_id=steady-heart&response_type=code&redirect_uri=http://127.0.0.1:8999/callback&scope=nonsense&aud=x',
  '/token',
  '/introspect',
  '/revoke',
  '/userinfo',
  '/jwks',
  '/par',
  '/request',
  '/interaction/x',
  '/sign-in/x',
  '/sign-out',
  '/session/end',
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
  '/.well-known/smart-configuration',
  '/.well-known/nonsense',
  '/admin',
  '/admin/people',
  '/admin/clients',
  '/admin/audit?patient=one',
  '/admin/openapi.json',
  '/admin/%2e%2e/people',
  '/console',
  '/console/../../package.json',
  '/console/%2e%2e/%2e%2e/package.json',
  '/console/nothing.js',
  '/fhir/Patient',
  '/healthz',
  '/readyz',
  '/metrics',
  '/%',
  '/%zz%00',
  `/${'a'.repeat(3_000)}`,
];

const onPages: readonly Shot[] = [
  ...['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'NONSENSE'].flatMap((method) =>
    PAGE_TARGETS.map((target) => ({ line: `${method} ${target} HTTP/1.1` })),
  ),
  ...BODIES.flatMap((body) =>
    ['/token', '/authorize', '/introspect', '/revoke', '/admin/people', '/sign-in/x', '/par'].flatMap((target) =>
      ['application/x-www-form-urlencoded', 'application/json', 'text/plain'].map((type) => ({
        line: `POST ${target} HTTP/1.1`,
        headers: [`Content-Type: ${type}`, `Content-Length: ${Buffer.byteLength(body)}`],
        body,
      })),
    ),
  ),
  ...ODD_HEADERS.flatMap((headers) =>
    ['/authorize', '/token', '/admin/people'].map((target) => ({ line: `GET ${target} HTTP/1.1`, headers })),
  ),
];

describe('a stranger', () => {
  test('R-036 R-045 gets nothing from the API but what is public, and no word of what runs', async () => {
    const answers = await shootAll(api, onApi);
    for (const { shot, answer } of answers) expectSilent(shot, answer);
    expect(answers.filter(({ answer }) => /^HTTP\/1\.1 5/.test(answer)).map(({ shot }) => shot.line.slice(0, 200))).toEqual([]);
    const opened = answers.filter(({ answer }) => /^HTTP\/1\.1 2\d\d/.test(answer)).map(({ shot }) => shot.line);
    // Nothing but preflights, which say nothing, and the capability statement.
    expect(opened.filter((line) => !/^(OPTIONS \S+|GET \/fhir\/metadata) HTTP/.test(line))).toEqual([]);
  }, 60_000);

  test('R-036 R-045 gets nothing from the pages’ host but pages, discovery and refusals', async () => {
    const answers = await shootAll(pages, onPages);
    for (const { shot, answer } of answers) expectSilent(shot, answer);
    expect(answers.filter(({ answer }) => /^HTTP\/1\.1 5/.test(answer)).map(({ shot }) => shot.line.slice(0, 200))).toEqual([]);
    const opened = answers.filter(({ answer }) => /^HTTP\/1\.1 2\d\d/.test(answer)).map(({ shot }) => shot.line.split(' ')[1]!);
    expect(opened.filter((target) => target.startsWith('/admin') && target !== '/admin/openapi.json')).toEqual([]);
  }, 60_000);

  test('R-036 the capability statement names nothing of the server behind', async () => {
    const answer = await shoot(api, { line: 'GET /fhir/metadata HTTP/1.1' });
    const statement = JSON.parse(answer.slice(answer.indexOf('{'), answer.lastIndexOf('}') + 1)) as Record<string, unknown>;
    expect(statement['resourceType']).toBe('CapabilityStatement');
    expect(statement['software']).toEqual({ name: 'Fireguard' });
    expect(JSON.stringify(statement['implementation'] ?? {})).not.toContain(new URL(behind.url).port);
  });
});

describe('when the server behind is gone', () => {
  let token: string;
  beforeAll(async () => {
    token = await demo.token('family-physician', 'user/*.rs');
    await behind.end('SIGKILL');
  });

  test('R-036 neither a stranger nor a user is told more', async () => {
    const shots: readonly Shot[] = [
      '/fhir/Patient',
      '/fhir/Patient/one',
      '/fhir/metadata',
      '/fhir/Patient/one/_history/1',
      '/fhir/Organization',
    ].flatMap((target) => [
      { line: `GET ${target} HTTP/1.1` },
      { line: `GET ${target} HTTP/1.1`, headers: [`Authorization: Bearer ${token}`] },
      {
        line: `PUT ${target} HTTP/1.1`,
        headers: [`Authorization: Bearer ${token}`, 'Content-Type: application/fhir+json', 'Content-Length: 2'],
        body: '{}',
      },
    ]);
    const answers = await shootAll(api, shots);
    for (const { shot, answer } of answers) {
      expectSilent(shot, answer);
      expect(`${shot.line} ${answer.slice(9, 12)}`).toMatch(/ (400|401|403|404|405|422|502|503|504)$/);
    }
    expect(answers.some(({ answer }) => /^HTTP\/1\.1 50[234]/.test(answer))).toBe(true);
  });

  test('health and readiness tell a stranger one word at most', async () => {
    for (const target of ['/healthz', '/readyz']) {
      const answer = await shoot(pages, { line: `GET ${target} HTTP/1.1` });
      expectSilent({ line: target }, answer);
      expect(answer.split('\r\n\r\n')[1]!.length).toBeLessThan(40);
    }
  });
});

/** What would tell a stranger what runs here, where, or behind it. The public code of the console is a browser's, and was built elsewhere. */
const TELLING =
  /medplum|fhir-server|hapi|fastify|undici|\bnode(?:\.?js)?\b|oidc-provider|\bkoa\b|postgres|kysely|\bpino\b|\bzod\b|typescript|\/work\/|\/tmp\/|\/home\/|node_modules|file:\/\/|\.ts[:"' )]|\n\s*at \S|\bat \w+ \(|ECONN|EPIPE|ENOENT|ETIMEDOUT|stack trace|exception:|TypeError|SyntaxError|ReferenceError|Unexpected token|SELECT |\/etc\/passwd/i;

function expectSilent(shot: Shot, answer: string): void {
  const told = TELLING.exec(withoutEcho(answer, shot));
  expect(`${shot.line.slice(0, 120)}: ${told?.[0] ?? ''}`).toBe(`${shot.line.slice(0, 120)}: `);
  expect(answer).not.toMatch(/^(server|x-powered-by|via|server-timing|x-fastify[^:]*|etag: "[^"]*express):/im);
  expect(answer).not.toContain(`:${new URL(behind.url).port}`);
  expect(answer).not.toContain(demo.home);
  expect(answer).not.toMatch(/<script>alert/);
}

/** A request for `?query=…` may come back in a link; its words are the stranger's own. */
function withoutEcho(answer: string, { line }: Shot): string {
  const target = line.split(' ')[1] ?? '';
  return target.length > 3 ? answer.replaceAll(target, '') : answer;
}

async function shootAll(
  port: number,
  shots: readonly Shot[],
): Promise<readonly { readonly shot: Shot; readonly answer: string }[]> {
  const answers: { readonly shot: Shot; readonly answer: string }[] = [];
  const waiting = [...shots];
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (let shot = waiting.shift(); shot !== undefined; shot = waiting.shift())
        answers.push({ shot, answer: await shoot(port, shot) });
    }),
  );
  // Silence proves nothing. Only a tunnel is refused by hanging up, and what is still being sent when the answer has been given.
  const silent = answers.filter(({ shot, answer }) => !answer.startsWith('HTTP/1.1 ') && !shot.line.startsWith('CONNECT'));
  expect(silent.length).toBeLessThan(shots.length * 0.02);
  return answers;
}

function shoot(port: number, { line, headers = [], body = '' }: Shot): Promise<string> {
  const named = headers.some((header) => /^host:/i.test(header));
  const host = port === pages ? [`Host: localhost:${port}`] : [];
  // A server that closes while a long request is still being sent has said what it wanted to say.
  return request(port, line, named ? headers : [...host, ...headers], body).catch(() => '');
}

/** A physician with a patient and an encounter, so that personas find somebody. */
function people(): readonly { readonly resourceType: string; readonly id: string }[] {
  const subject = { reference: 'Patient/one' };
  const individual = { reference: 'Practitioner/doc' };
  return [
    { resourceType: 'Practitioner', id: 'doc', name: [{ family: 'Doc' }] } as never,
    { resourceType: 'Patient', id: 'one', name: [{ family: 'One' }], birthDate: '1970-01-01' } as never,
    { resourceType: 'Patient', id: 'two', name: [{ family: 'Two' }], birthDate: '2015-01-01' } as never,
    {
      resourceType: 'Encounter',
      id: 'visit',
      status: 'finished',
      class: { code: 'AMB' },
      subject,
      participant: [{ individual }],
    } as never,
  ];
}
