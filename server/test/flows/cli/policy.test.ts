/** `fireguard policy`, as a privacy officer runs it before anything is started. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { fireguard } from './kit.ts';

const kept = JSON.parse(readFileSync(new URL('../../../../tools/tables/security-categories.json', import.meta.url), 'utf8'));

test('R-015 the category of every type, for each FHIR version', async () => {
  for (const version of ['R4', 'R5', 'R6']) {
    const { status, out } = await fireguard(['policy', 'categories', '--fhir-version', version, '--json']);
    expect([status, JSON.parse(out)], version).toEqual([0, kept[version]]);
  }
  const { out } = await fireguard(['policy', 'categories', '--fhir-version', 'r4b']);
  expect(out).toMatch(/^SubscriptionTopic +business$/m);
  expect(out).toMatch(/^Patient +patient$/m);
  expect(out).toContain('Any other type counts as patient.');
}, 60_000);

test('the policies that come along can be used with every version', async () => {
  for (const version of ['R4', 'R4B', 'R5', 'R6'])
    expect((await fireguard(['policy', 'check', '--fhir-version', version])).status, version).toBe(0);
  expect((await fireguard(['policy', 'check', '--fhir-version', 'R3'])).err).toContain('R4, R4B, R5, R6');
}, 60_000);

const cases = fileURLToPath(new URL('../../../../engine/cases', import.meta.url));

test('every decision case holds under the policies that come along', async () => {
  const { status, out } = await fireguard(['policy', 'test', cases]);
  expect(status, out).toBe(0);
  const [, passed] = /^cases: (\d+) passed, 0 failed$/m.exec(out.trim().split('\n').at(-1)!) ?? [];
  expect(Number(passed)).toBeGreaterThanOrEqual(200);
}, 30_000);

test('a case that does not come out as it should is named, with what was found and why', async () => {
  const { status, out } = await fireguard(['policy', 'test', cases, '--policies', file('strict.yaml', strict)]);
  expect(status).toBe(1);
  expect(out).toContain('“A physician reads an observation of a patient of the care team”');
  expect(out).toMatch(/expect: expected permit, found refused/);
  expect(out.trim().split('\n').at(-1)).toMatch(/^cases: \d+ passed, [1-9]\d* failed$/);
}, 30_000);

test('an explanation is one sentence, and behind it rules and facts', async () => {
  const book = `${cases}/sensitive.yaml`;
  const { out } = await fireguard(['policy', 'explain', book, '--case', 'Violence is closed', '--trace']);
  expect(out).toMatch(/^ {2}A physician \(physician\) may not read this Condition: .+\.$/m);
  expect(out).toMatch(
    /not {9}care-team-reads-very-restricted-data, because the caller does not stand to every patient concerned as care-team/,
  );
  expect(out).toMatch(/asked {7}care-team-reads-very-restricted-data: relations does not hold/);
  expect((await fireguard(['policy', 'explain', book, '--case', 'no such case'])).err).toContain('No case has such a name.');
});

test('a difference says what changes for whom', async () => {
  const changed = file('changed.yaml', strict.replace('roles: [physician]', 'roles: [nurse]'));
  const { out } = await fireguard([
    'policy',
    'diff',
    file('strict.yaml', strict),
    changed,
    '--cases',
    `${cases}/treatment.yaml`,
  ]);
  expect(out).toMatch(/^nurse: read is opened for Condition$/m);
  expect(out).toMatch(/^physician: read is closed for Condition$/m);
  expect(out).toMatch(/^“A nurse reads a condition of a patient in an encounter”: closed → open$/m);
  expect(out).toMatch(/^changes: \d+ in what roles may ask for, \d+ in cases$/m);
});

test('a file of cases with a misspelt word is refused, since a misspelt condition is none', async () => {
  const odd = file(
    'odd.yaml',
    'title: Odd\ncases:\n  - { case: One, caller: x, asks: read Patient, expect: deny, lables: [R] }\n',
  );
  expect((await fireguard(['policy', 'test', odd])).err).toMatch(/case “One”, lables: unknown key/);
});

test('R-079 the policies of each FHIR server of a configuration are tried as they hold there', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'fireguard-policy-'));
  const put = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
  put('strict.yaml', strict);
  put(
    'research.yaml',
    strict
      .replace('strict', 'research')
      .replace('Condition', 'AuditEvent')
      .replace('rules:', "upstreams: ['https://research.internal/r5']\nrules:"),
  );
  put(
    'fireguard.yaml',
    `profile: development
policies: { files: [strict.yaml] }
upstream: { url: 'https://ehr.internal/fhir', credentials: { bearer: ${'x'.repeat(20)} } }
upstreams:
  - name: research
    url: https://research.internal/r5
    fhirVersion: R5
    credentials: { bearer: ${'x'.repeat(20)} }
    policies: { files: [research.yaml] }
`,
  );
  put(
    'cases.yaml',
    `title: Servers
callers: { physician: { roles: [physician], scopes: 'user/*.rs' } }
cases:
  - { case: A physician reads a condition, caller: physician, asks: read Condition, resource: { subject: { reference: Patient/a } }, expect: permit }
`,
  );
  const run = (...args: string[]) => fireguard(args, { cwd: folder });
  expect((await run('policy', 'test', 'cases.yaml', '--upstream', 'first')).out).toContain('cases: 1 passed, 0 failed');
  expect((await run('policy', 'test', 'cases.yaml', '--upstream', 'research')).out).toContain('cases: 0 passed, 1 failed');
  // A set for one server says nothing at another.
  const at = (upstream: string) => run('policy', 'diff', 'research.yaml', 'strict.yaml', '--upstream', upstream);
  expect((await at('research')).out).toContain('physician: read is closed for AuditEvent');
  expect((await at('first')).out).not.toContain('is closed');
  expect((await run('policy', 'explain', 'cases.yaml', '--upstream', 'research')).out).toContain('may not read');
  expect((await run('policy', 'check', '--upstream', 'research')).out).toContain(
    'What holds at research can be used: 1 document.',
  );
  const unknown = await run('policy', 'check', '--upstream', 'imaging');
  expect([unknown.status, unknown.err]).toEqual([
    expect.any(Number),
    expect.stringContaining('there is no imaging; there are research'),
  ]);
  expect(unknown.status).not.toBe(0);
}, 60_000);

const strict = `policySet: strict
version: 1
combining: deny-overrides
rules:
  - id: physicians-read-conditions
    description: Physicians read conditions, and nothing else is open to anybody.
    effect: permit
    caller: { roles: [physician] }
    interactions: [read]
    resources: { types: [Condition] }
`;

function file(name: string, text: string): string {
  const place = path.join(mkdtempSync(path.join(tmpdir(), 'fireguard-policy-')), name);
  writeFileSync(place, text);
  return place;
}
