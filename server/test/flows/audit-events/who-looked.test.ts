/** who saw my record, for the patient; and the accounting of disclosures, for the privacy office. Through the whole server. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type House, type HouseClient, house } from '../admin/house.ts';
import { newBrowser } from '../authorization/browser.ts';

let it: House;
let notices: string;
const redirectUris = ['https://app.example/back'];
const app: HouseClient = { client_id: 'ward-app', kind: 'public', redirect_uris: redirectUris, scope: 'user/*.rs' };
const password = 'four-quiet-herons-9';

beforeAll(async () => {
  const home = mkdtempSync(path.join(tmpdir(), 'fireguard-looked-'));
  notices = path.join(home, 'notices.ndjson');
  const targets = [{ kind: 'file' as const, name: 'office', topics: ['question' as const], path: notices }];
  it = await house(home, { notify: { targets } });
  await it.call('POST', '/admin/clients', {
    id: 'ward-app',
    name: 'Ward "app"',
    kind: 'public',
    redirectUris,
    scope: app.scope,
  });
  const person = (username: string, name: string, role: string, fhirUser: string) =>
    it.call('POST', '/admin/people', { username, name, roles: [role], fhirUser, password });
  await person('doc', 'Dr <Adebayo>', 'physician', 'Practitioner/doc');
  await person('mine', 'Eva Lindqvist', 'patient', 'Patient/mine');
  await person('other', '=Ola Okafor', 'patient', 'Patient/other');
  await person('clerk', 'Kim Clerk', 'billing-clerk', 'Practitioner/clerk');
  const token = await it.token('doc', password, app, 'user/*.rs');
  for (const target of ['/Patient/mine', '/Observation?patient=mine', '/Patient/other']) await it.fhirStatus(target, token);
}, 120_000);
afterAll(() => it?.close());

async function signedIn(username: string) {
  const browser = newBrowser(it.issuer);
  const page = await browser.submit(await browser.open(`${it.issuer}/who-looked`), '/sign-in', { username, password });
  return { browser, page };
}

test('a patient sees who was let look, with what and why; not who was refused, and nobody else’s record', async () => {
  const { browser, page } = await signedIn('mine');
  expect([page.status, new URL(page.url).pathname]).toEqual([200, '/who-looked']);
  expect(page.text).toContain('Dr &lt;Adebayo&gt;');
  expect(page.text).toContain('Looked at: Test results');
  expect(page.text.match(/class="look"/g)).toHaveLength(2);
  const table = await browser.open(`${it.issuer}/who-looked/table.csv`);
  expect(table.headers.get('content-disposition')).toContain('attachment');
  expect(table.text.trim().split('\r\n')).toHaveLength(3);
  expect(table.text).toContain('"Dr <Adebayo>","Ward ""app"""');
  const { page: none } = await signedIn('other');
  expect(none.text).toContain('Nobody has looked at it in this time');
  expect(none.text).not.toContain('Adebayo');
});

test('R-170 filters by time, by who, by why and by what; what nobody asked for is not in the address', async () => {
  const { browser, page } = await signedIn('mine');
  const doc = /<option value="(p\.[^"]+)">Dr &lt;Adebayo&gt;<\/option>/.exec(page.text)![1]!;
  const listed = async (query: string) =>
    ((await browser.open(`${it.issuer}/who-looked?${query}`)).text.match(/class="look"/g) ?? []).length;
  expect(page.text).toMatch(/<dt>times opened<\/dt><dd>2<\/dd>/);
  expect(page.text).toMatch(/<dt>person other than you<\/dt><dd>1<\/dd>/);
  for (const [query, count] of [
    ['time=all', 2],
    ['who=people', 2],
    ['who=apps', 0],
    [`who=${doc}`, 2],
    ['why=care', 2],
    ['why=research', 0],
    ['what=looked', 2],
    ['what=changed', 0],
    // What nobody offered counts as not asked.
    ['time=1%20OR%201=1&who=x&why=constructor&what=__proto__', 2],
    ['who=p.somebody-else', 2],
  ] as const)
    expect(await listed(query), query).toBe(count);
  const table = await browser.open(`${it.issuer}/who-looked/table.csv?what=changed`);
  expect(table.text.trim().split('\r\n')).toHaveLength(1);
});

test('R-170 a patient asks about an entry; the office is told without a name, answers in the console or a terminal, and the patient reads it', async () => {
  const { browser, page } = await signedIn('mine');
  const at = /href="(\/who-looked\/ask\?entry=[^"]+)"/.exec(page.text)![1]!;
  const form = await browser.open(it.issuer + at);
  expect(form.text).toContain('Ask about this entry');
  expect(form.text).toContain('Dr &lt;Adebayo&gt;');
  const sent = await browser.submit(form, '/who-looked/ask', { question: 'Why <did> she look?' });
  expect(new URL(sent.url).pathname + new URL(sent.url).search).toBe('/who-looked?done=asked');
  expect(sent.text).toContain('Your question is with the privacy office');
  expect(sent.text).toContain('has not answered yet');
  // Once for each entry: the page does not ask again, and the form sent twice is one question.
  await browser.submit(form, '/who-looked/ask', { question: 'Again' });
  const { body } = await it.local('GET', '/admin/questions');
  expect(body.questions).toMatchObject([{ person: { name: 'Eva Lindqvist' }, patient: 'mine', text: 'Why <did> she look?' }]);
  const [{ id }] = body.questions;
  expect((await it.local('GET', `/admin/questions/${id}`)).body.row).toMatchObject({
    person: { name: 'Dr <Adebayo>' },
    patients: ['mine'],
  });
  await expect.poll(() => existsSync(notices) && readFileSync(notices, 'utf8').split('\n').length, { timeout: 20_000 }).toBe(2);
  const told = readFileSync(notices, 'utf8');
  expect(JSON.parse(told)).toMatchObject({ topic: 'question', link: `${it.issuer}/console/#/questions/open/${id}` });
  expect(told).not.toMatch(/Lindqvist|mine|Adebayo|Why/);
  expect((await it.local('POST', `/admin/questions/${id}/answer`, { text: 'She was on call.' })).status).toBe(200);
  expect((await it.local('POST', `/admin/questions/${id}/answer`, { text: 'Again.' })).status).toBe(409);
  expect((await it.local('GET', '/admin/questions')).body.questions).toEqual([]);
  const answered = await browser.open(`${it.issuer}/who-looked`);
  expect(answered.text).toMatch(/Answer of the privacy office, [^<]+<\/strong><\/p><p>She was on call\./);
  expect(answered.text).not.toContain('Local administrator');
  const acts = (await it.records()).map(({ action }) => action);
  expect(acts).toEqual(
    expect.arrayContaining(['look-questioned', 'question-looked-at', 'question-answered', 'questions-listed']),
  );
});

test('nobody asks about an entry that is not in their own log, nor with a form that is not theirs', async () => {
  const { browser, page } = await signedIn('mine');
  const [, entry] = /entry=([^"]+)"/.exec(page.text)!;
  const other = await signedIn('other');
  expect(new URL((await other.browser.open(`${it.issuer}/who-looked/ask?entry=${entry}`)).url).pathname).toBe('/who-looked');
  const form = await browser.open(`${it.issuer}/who-looked/ask?entry=${entry}`);
  const [, csrf = ''] = /name="csrf" value="([^"]+)"/.exec(form.text)!;
  const body = () => new URLSearchParams({ csrf, entry: entry!, question: 'x' });
  expect((await other.browser.open(`${it.issuer}/who-looked/ask`, { method: 'POST', body: body() })).status).toBe(400);
  expect((await it.local('GET', '/admin/questions')).body.questions).toEqual([]);
  for (const odd of ['', 'x', `${Date.now()}.00000000-0000-0000-0000-000000000000`])
    expect(new URL((await browser.open(`${it.issuer}/who-looked/ask?entry=${odd}`)).url).pathname).toBe('/who-looked');
});

test('who has no record of their own is told so, and every look at the log is in the log', async () => {
  const { page } = await signedIn('clerk');
  expect(page.text).toContain('There is no record of you here');
  const looks = (await it.records()).filter(({ action }) => action === 'own-access-log-read');
  expect(new Set(looks.map(({ patients }) => patients.join()))).toEqual(new Set(['mine', 'other']));
  expect(looks.every(({ kind, caller }) => kind === 'audit-read' && caller.user !== undefined)).toBe(true);
});

test('R-168 what left for research is in the accounting, in three forms; what was treatment is not', async () => {
  const act = {
    ...({ kind: 'request', outcome: 'permit', action: 'read', type: 'Observation', status: 200 } as const),
    ...{
      patients: ['mine'],
      resources: ['Observation/mine-1'],
      masked: [],
      withheld: 0,
      rules: [],
      requestId: 'r-1',
      address: '198.51.100.9',
    },
  };
  const caller = (code: string) => ({
    caller: {
      kind: 'system' as const,
      client: { id: 'registry', name: '=Cancer "registry"' },
      roles: [],
      purposes: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code }],
    },
  });
  await it.running.audit.append({ ...act, ...caller('HRESCH') });
  await it.running.audit.append({ ...act, ...caller('TREAT') });
  const { body } = await it.local('GET', '/admin/disclosures?patient=mine');
  expect(body.disclosures).toMatchObject([
    { recipient: '=Cancer "registry"', purposes: ['HRESCH'], resources: ['Observation/mine-1'] },
  ]);
  const run = async (...args: readonly string[]) => {
    const main = path.resolve(import.meta.dirname, '../../../src/cli/main.ts');
    const all = [
      '--conditions=fireguard-source',
      main,
      'audit',
      'disclosures',
      '--patient',
      'mine',
      '--home',
      it.home,
      ...args,
    ];
    return (await promisify(execFile)(process.execPath, all)).stdout;
  };
  expect(await run('--csv')).toContain(`"'=Cancer ""registry"""`);
  const event = JSON.parse(await run('--fhir'));
  expect(event).toMatchObject({
    resourceType: 'AuditEvent',
    id: body.disclosures[0].event,
    meta: { profile: ['https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.PrivacyDisclosure.Source'] },
  });
  expect((await it.local('GET', '/admin/disclosures?patient=other')).body.disclosures).toEqual([]);
});
