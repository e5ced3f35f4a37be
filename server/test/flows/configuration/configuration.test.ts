// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how references are written in the file
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ConfigError } from '../../../src/config/config-error.ts';
import { defaultConfig } from '../../../src/config/default-config.ts';
import { configurationJsonSchema, publishedSchema } from '../../../src/config/json-schema.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import { loadPolicies } from '../../../src/config/load-policies.ts';
import { weakenings } from '../../../src/config/posture.ts';
import { printConfig } from '../../../src/config/print-config.ts';
import { urlsOf } from '../../../src/config/urls.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'fireguard-config-'));
let files = 0;

function written(text: string): string {
  const file = path.join(folder, `${files++}.yaml`);
  writeFileSync(file, text);
  return file;
}

function linesOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigError) return error.lines;
    throw error;
  }
  throw new Error('it was accepted');
}

const upstream = 'upstream:\n  url: http://127.0.0.1:9/fhir\n  credentials:\n    bearer: ${env:UPSTREAM}\n';
const env = { UPSTREAM: 'a-secret' };

test('the shortest file that is enough', () => {
  const config = loadConfig(written(upstream), env);
  expect(config.upstream.credentials).toEqual({ bearer: 'a-secret' });
  expect(config.profile).toBe('production');
  expect(urlsOf(config)).toEqual({
    issuer: 'http://localhost:8080',
    fhir: 'http://127.0.0.1:8081/fhir',
    decisionPoint: 'http://localhost:8080',
    further: new Map(),
  });
  expect(weakenings(config)).toEqual([]);
  expect(Object.isFrozen(config.http.api)).toBe(true);
});

test('an unknown key is named, with the one that was meant', () => {
  expect(linesOf(() => loadConfig(written(`${upstream}htpp: {}\n`), env))).toEqual([
    'htpp: there is no such key. Did you mean http?',
  ]);
  expect(linesOf(() => loadConfig(written(`${upstream}  exclusiv: true\n`), env))).toEqual([
    'upstream.exclusiv: there is no such key. Did you mean upstream.exclusive?',
  ]);
  expect(
    linesOf(() => loadConfig(written(`${upstream}http:\n  tls:\n    key: a\n    certificate: b\n    zzzzzzzz: 1\n`), env)),
  ).toEqual(['http.tls.zzzzzzzz: there is no such key.']);
});

test('every mistake is told at once, without a value', () => {
  const lines = linesOf(() =>
    loadConfig(written('upstream:\n  url: ftp://secret-host/\n  connections: many\nprofile: prod\n'), env),
  );
  expect([...new Set(lines.map((line) => line.split(':')[0]))]).toEqual(['profile', 'upstream.url', 'upstream.connections']);
  expect(lines.join()).not.toMatch(/secret-host|many/);
});

test('references: missing, empty, pieced together', () => {
  expect(linesOf(() => loadConfig(written(upstream), {}))).toEqual([
    'upstream.credentials.bearer: ${env:UPSTREAM} is not set.',
  ]);
  expect(linesOf(() => loadConfig(written(upstream.replace('${env:UPSTREAM}', '${file:none}')), env))[0]).toContain(
    'not a readable file',
  );
  expect(linesOf(() => loadConfig(written(upstream.replace('${env:UPSTREAM}', 'x${env:UPSTREAM}')), env))[0]).toContain(
    'whole value',
  );
  writeFileSync(path.join(folder, 'secret'), 'from-a-file\n');
  expect(loadConfig(written(upstream.replace('${env:UPSTREAM}', '${file:secret}')), {}).upstream.credentials).toEqual({
    bearer: 'from-a-file',
  });
});

test.each([
  ['a: 1\na: 2\n', /duplicate key/],
  ['a: [\n', /:\d+: /],
  [`a: &a [1]\nb: &b [${'*a,'.repeat(30)}]\nc: [${'*b,'.repeat(30)}]\n`, /aliases/],
])('YAML that is not plain is refused', (text, words) => {
  expect(linesOf(() => loadConfig(written(text), env)).join()).toMatch(words);
});

test('R-032 R-019 plain HTTP beyond loopback is refused, unless a proxy in front ends TLS and the operator says so', () => {
  const beyond = `${upstream}http:\n  api:\n    host: 0.0.0.0\n    url: https://fhir.example/fhir\n`;
  expect(linesOf(() => loadConfig(written(beyond), env))[0]).toMatch(/^http\.tls: /);
  const config = loadConfig(written(`${beyond}  acceptPlainHttpBehindTlsProxy: true\n`), env);
  expect(weakenings(config)[0]).toMatch(/^http\.acceptPlainHttpBehindTlsProxy/);
  expect(linesOf(() => loadConfig(written(`${beyond}profile: development\n`), env))[0]).toMatch(/loopback only/);
});

test('R-212 one host name for pages and API is refused', () => {
  expect(linesOf(() => loadConfig(written(`${upstream}http:\n  pages:\n    host: 127.0.0.1\n`), env))[0]).toMatch(
    /same host name/,
  );
});

test('R-010 an upstream without credentials needs a word, and the word is printed', () => {
  const open = 'upstream:\n  url: http://127.0.0.1:9/fhir\n';
  expect(linesOf(() => loadConfig(written(open), env))[0]).toMatch(/^upstream\.credentials: missing/);
  expect(weakenings(loadConfig(written(`${open}  acceptUpstreamWithoutCredentials: true\n`), env)).join()).toMatch(
    /acceptUpstreamWithoutCredentials/,
  );
});

test('R-038 there is no exception for old protocol versions and suites: nothing can be configured but keys and certificates', () => {
  const lines = ['minVersion: TLSv1.1', 'ciphers: AES128-SHA', 'legacyPartners: [lab]'].map((more) =>
    linesOf(() => loadConfig(written(`${upstream}http:\n  tls:\n    key: a\n    certificate: b\n    ${more}\n`), env)),
  );
  for (const [line] of lines) expect(line).toMatch(/^http\.tls\.\w+: there is no such key\./);
});

test('R-034 public URLs must be https beyond loopback', () => {
  const plain = `${upstream}http:\n  api:\n    url: http://fhir.example/fhir\n`;
  expect(linesOf(() => loadConfig(written(plain), env))[0]).toMatch(/https beyond loopback/);
});

test('each weakening is printed', () => {
  const config = defaultConfig({
    profile: 'development',
    upstream: { url: 'http://far.example/fhir', acceptUpstreamWithoutCredentials: true },
    facts: { acceptUpstreamWithoutConsents: true },
  });
  expect(weakenings(config).map((line) => line.split(':')[0])).toEqual([
    'profile',
    'upstream.acceptUpstreamWithoutCredentials',
    'upstream.url',
    'facts.acceptUpstreamWithoutConsents',
  ]);
});

test('R-048 secrets are masked when printed', () => {
  const config = defaultConfig({
    upstream: { url: 'http://127.0.0.1:9/fhir', credentials: { username: 'gateway', password: 'hush-hush' } },
    storage: { mode: 'external', url: 'postgres://fireguard:hush-hush@db/fireguard' },
  });
  const text = printConfig(config);
  expect(text).not.toContain('hush-hush');
  expect(text).toContain('gateway');
});

test('R-048 what the audit signs, mails and is sent on with is masked as well', () => {
  const hush = 'hush-hush-hush-hush';
  const text = printConfig(
    defaultConfig({
      upstream: { url: 'http://127.0.0.1:9/fhir', credentials: { bearer: hush } },
      audit: { checkpoints: { key: hush } },
      notify: {
        targets: [
          { kind: 'webhook', name: 'a', topics: ['alert'], url: 'https://a.example', secret: hush },
          {
            kind: 'mail',
            name: 'b',
            topics: ['alert'],
            server: `smtps://me:${hush}@b.example`,
            from: 'a@b.example',
            to: ['c@b.example'],
          },
        ],
      },
      forward: {
        targets: [
          { kind: 'syslog-tls', name: 'c', host: 'c.example', certificate: 'public', key: hush },
          { kind: 'fhir', name: 'd', url: 'https://d.example', bearer: hush },
          { kind: 'otlp', name: 'e', url: 'https://e.example', headers: { 'x-api-key': hush } },
        ],
      },
      feed: { syslogTls: { host: '127.0.0.1', port: 6514, certificate: 'public', key: hush, clientAuthority: 'public' } },
    }),
  );
  expect(text).not.toContain('hush');
  expect(text).toContain('c.example');
});

test('files that the audit is sent to lie beside the configuration, unless they are absolute', () => {
  const targets = '[{ kind: file, name: a, topics: [alert], path: notices.jsonl }]';
  const more = `audit: { checkpoints: { file: below/points } }\nnotify: { targets: ${targets} }\nforward: { targets: [{ kind: file, name: b, path: /var/events }] }\n`;
  const config = loadConfig(written(upstream + more), env);
  expect(config.audit.checkpoints.file).toBe(path.join(folder, 'below/points'));
  expect(config.notify.targets).toMatchObject([{ path: path.join(folder, 'notices.jsonl') }]);
  expect(config.forward.targets).toMatchObject([{ path: '/var/events' }]);
});

test('the published JSON Schema is the one that is checked', () => {
  expect(existsSync(publishedSchema)).toBe(true);
  expect(JSON.parse(readFileSync(publishedSchema, 'utf8'))).toEqual(JSON.parse(configurationJsonSchema()));
});

test('policies: sorted files of a folder; an unreadable one stops the start', () => {
  const place = mkdtempSync(path.join(folder, 'policies-'));
  writeFileSync(path.join(place, 'b.yaml'), 'policySet: b\n');
  writeFileSync(path.join(place, 'a.yml'), 'policySet: a\n');
  writeFileSync(path.join(place, 'notes.txt'), 'nothing');
  expect(loadPolicies([place])).toEqual([{ policySet: 'a' }, { policySet: 'b' }]);
  expect(linesOf(() => loadPolicies([path.join(place, 'none.yaml')]))[0]).toContain('cannot be read');
  expect(linesOf(() => loadPolicies([mkdtempSync(path.join(folder, 'empty-'))]))[0]).toContain('no policy file');
});

test('the packaged policies are there', () => {
  expect(loadPolicies(undefined).length).toBe(1);
});
