/** who saw my record, for the patient; and the accounting of disclosures, for the privacy office. Through the whole server. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type House, type HouseClient, house } from '../admin/house.ts';
import { newBrowser } from '../authorization/browser.ts';

let it: House;
const redirectUris = ['https://app.example/back'];
const app: HouseClient = { client_id: 'ward-app', kind: 'public', redirect_uris: redirectUris, scope: 'user/*.rs' };
const password = 'four-quiet-herons-9';

beforeAll(async () => {
  it = await house();
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
  expect(none.text).toContain('Nobody has looked at it yet.');
  expect(none.text).not.toContain('Adebayo');
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
