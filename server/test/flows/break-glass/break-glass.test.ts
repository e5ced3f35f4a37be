/**
 * from outside: denied with a hint → the three pages → access by the header → notices at a webhook → the end → the review. On a whole server
 * with a real database; and what the digest's list of attacks asks.
 */
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Running } from '../../../src/main.ts';
import { type Browser, newBrowser, type Page } from '../authorization/browser.ts';
import { registerBackend } from '../whole/backend.ts';
import { type House, PASSWORD, startHouse } from './house.ts';
import { launchOf, tokenOf } from './token.ts';

const CATEGORY =
  'http://terminology.hl7.org/CodeSystem/v3-ActReason#BTG; scheme="http://hl7.org/fhir/tag/security"; label="break the glass"';
const WHY = 'Brought in unresponsive, need medicines and allergies.';

// biome-ignore lint/suspicious/noExplicitAny: what the admin API gives, as it comes
type Reviewed = Record<string, any>;

let house: House;
let running: Running;

beforeAll(async () => {
  house = await startHouse();
  running = house.running;
});
afterAll(() => house?.close());
beforeEach(async () => {
  house.moved = 0;
  house.told.length = 0;
  await running.storage.db.updateTable('break_glass').set({ ended_at: new Date() }).where('ended_at', 'is', null).execute();
});

const kept = new Map<string, Promise<string>>();
const token = (person: string) => kept.get(person) ?? kept.set(person, tokenOf(running, person)).get(person)!;
const get = async (target: string, person = 'okafor', headers: Record<string, string> = {}) =>
  fetch(running.urls.fhir + target, {
    headers: { authorization: `Bearer ${await token(person)}`, ...headers },
  });
const header = { category: CATEGORY };

async function signedIn(username: string, at: string): Promise<{ browser: Browser; page: Page }> {
  const browser = newBrowser(running.urls.issuer);
  const first = await browser.open(running.urls.issuer + at);
  return { browser, page: await browser.submit(first, '/sign-in', { username, password: PASSWORD }) };
}

/** The three pages, as a person clicks through them. */
async function broken(patient: string | null = 'other', form: Record<string, string> = {}) {
  const query = patient === null ? '' : `?patient=${patient}`;
  const { browser, page } = await signedIn('okafor', `/break-glass${query}`);
  const why = await browser.open(`${running.urls.issuer}/break-glass/why${query}`);
  const opened = await browser.submit(why, '/break-glass/open', { reason: 'cannot-speak', why: WHY, proof: PASSWORD, ...form });
  return { browser, warning: page, why, opened };
}

const hinted = (body: string) => body.includes('"code":"suppressed"') && body.includes('"code":"BTG"');
const records = async (action: string) => {
  await running.audit.caughtUp();
  return running.storage.db
    .selectFrom('audit_record')
    .selectAll()
    .where('action', '=', action)
    .orderBy('recorded', 'desc')
    .execute();
};
const until = async <Value>(find: () => Promise<Value | undefined>): Promise<Value> => {
  for (let tries = 0; tries < 100; tries++) {
    const found = await find();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it did not come');
};

test('R-143 R-225 who may break the glass learns that it would help; nobody else does, and nothing else differs', async () => {
  const denied = await get('/Observation/other-1');
  expect(denied.status).toBe(404);
  expect(hinted(await denied.text())).toBe(true);
  const searched = await (await get('/Observation')).text();
  expect(hinted(searched)).toBe(true);
  expect(JSON.parse(searched).entry.at(-1).search).toEqual({ mode: 'outcome' });
  for (const target of ['/Observation/other-1', '/Observation'])
    expect(hinted(await (await get(target, 'plain')).text())).toBe(false);
  const { entry = [], ...told } = JSON.parse(searched);
  const plain = JSON.parse(await (await get('/Observation', 'plain')).text());
  const shown = entry.filter(({ search }: { search: { mode: string } }) => search.mode !== 'outcome');
  expect({ ...told, ...(shown.length === 0 ? {} : { entry: shown }) }).toEqual(plain);
  // Nothing is there, or it would not open: no hint.
  for (const target of ['/Observation/none', '/Observation/secret'])
    expect(hinted(await (await get(target)).text())).toBe(false);
});

test('R-235 the bar of an open glass stands on every page of whoever broke it, names the patient once looked up, and closes it', async () => {
  const { browser, opened } = await broken();
  const id = /BG-\d{4}-\d{4}/.exec(opened.text)![0];
  const { issuer } = running.urls;
  for (const path of [
    '/my-apps',
    '/account/password',
    '/account/app',
    '/break-glass',
    '/break-glass/opened',
    '/who-looked',
    '/sign-out',
  ]) {
    const page = await browser.open(issuer + path);
    expect(page.text, path).toMatch(
      /<section class="broken-bar"[\s\S]*Glass broken for OKAFOR[\s\S]*Open until[\s\S]*about 15 minutes left/,
    );
    expect(/<title>[^<]*<\/title>/.exec(page.text)![0], path).not.toMatch(/OKAFOR/);
  }
  // One look at the name, however many pages.
  const looks = (await records('read')).filter(({ record }) => JSON.stringify(record).includes(id));
  expect(looks.length).toBeLessThanOrEqual(2);
  // Nobody else's pages.
  const other = await signedIn('plain', '/my-apps');
  expect(other.page.text).not.toContain('broken-bar');
  // On the pages of an app's login too, and what closes it is there.
  const step = await launchOf(running, 'okafor', { scope: 'user/*.rs' });
  expect(step.begun.page.text).toContain('Glass broken for OKAFOR');
  const after = await step.begun.browser.submit(step.begun.page, '/break-glass/close', { glass: id });
  expect(after.url).toBe(`${issuer}/break-glass/opened`);
  expect(after.text).not.toContain('broken-bar');
  expect((await browser.open(`${issuer}/my-apps`)).text).not.toContain('broken-bar');
});

test('the bar is there, with the number, when the name cannot be had', async () => {
  const { browser } = await broken('private');
  const page = await browser.open(`${running.urls.issuer}/my-apps`);
  expect(page.text).toContain('Glass broken for patient no. private.');
});

test('R-087 R-217 R-219 R-224 R-228 R-231 R-235 R-237 R-238 from the denial to the review', async () => {
  expect((await get('/Observation/other-1')).status).toBe(404);
  const { browser, warning, why, opened } = await broken();
  expect(warning.url).toBe(`${running.urls.issuer}/break-glass?patient=other`);
  expect(warning.text).toContain('Nothing is opened and nobody is told on this page.');
  expect(why.text).not.toContain(' checked');
  expect(opened.url).toBe(`${running.urls.issuer}/break-glass/open`);
  expect(opened.text).toContain('The record is open until');
  // The name is seen once it is open, and not before.
  expect(why.text).not.toContain('OKAFOR');
  expect(opened.text).toContain('OKAFOR');
  const id = /BG-\d{4}-\d{4}/.exec(opened.text)![0];

  // Without the header as before; with it, this patient and nobody else, and nothing very restricted.
  expect((await get('/Observation/other-1')).status).toBe(404);
  expect((await get('/Observation/other-1', 'okafor', header)).status).toBe(200);
  const found = JSON.parse(await (await get('/Observation?patient=other', 'okafor', header)).text());
  expect(found.entry.map((one: { resource: { id: string } }) => one.resource.id).sort()).toEqual([
    'other-1',
    'other-2',
    'other-3',
  ]);
  for (const target of ['/Observation/mine-1', '/Observation/secret', '/Patient/mine'])
    expect((await get(target, 'okafor', header)).status).toBe(404);
  const write = await fetch(`${running.urls.fhir}/Observation`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await token('okafor')}`, 'content-type': 'application/fhir+json', ...header },
    body: '{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/other"}}',
  });
  expect(write.status).toBe(403);

  // Told, without a patient; recorded, with one; every look is linked.
  const notice = await until(async () => house.told.find(({ facts }) => facts['id'] === id && facts['event'] === 'broken'));
  expect(JSON.stringify(notice)).not.toMatch(/other|Okafor, T/);
  expect(notice.text).toContain('Dr Okafor');
  const [start] = await until(async () => ((await records('glass-broken')).length > 0 ? records('glass-broken') : undefined));
  expect(start!.record).toMatchObject({
    patients: ['other'],
    address: expect.stringMatching(/127\.0\.0\.1|::1/),
    caller: { user: { id: 'okafor', fhirUser: 'Practitioner/okafor' }, override: id, purposes: [{ code: 'BTG' }] },
    reason: `${id}, cannot-speak: ${WHY}`,
  });

  // Ended by hand: the next request is as before.
  const after = await browser.submit(opened, '/break-glass/close', { glass: id });
  expect(after.url).toBe(`${running.urls.issuer}/break-glass/opened`);
  expect((await get('/Observation/other-1', 'okafor', header)).status).toBe(403);
  await until(async () => house.told.find(({ facts }) => facts['id'] === id && facts['event'] === 'closed'));
  const shown = await until(async () => {
    const page = await browser.open(`${running.urls.issuer}/break-glass/opened`);
    return page.text.includes('<p class="what">3 entries</p>') ? page : undefined;
  });
  expect(shown.text).toMatch(/<strong>Test results<\/strong><p class="what">1 entry<\/p>/);
  const noted = await browser.submit(shown, '/break-glass/note', { note: 'He was sedated at once.', glass: id });
  expect(noted.text).toContain('He was sedated at once.');

  // Reviewed.
  const admin = async (method: string, at: string, body?: object) => {
    const answer = await fetch(`${running.urls.issuer}/admin${at}`, {
      method,
      headers: { authorization: `Bearer ${running.adminToken}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as Reviewed };
  };
  const queue = await admin('GET', '/break-glass');
  expect(queue.body['glasses'].map((one: { id: string }) => one.id)).toContain(id);
  const whole = await admin('GET', `/break-glass/${id}`);
  expect(whole.body['looks'].map(({ what }: { what: string }) => what)).toEqual(
    expect.arrayContaining(['read Observation/other-1', 'search Observation']),
  );
  expect(whole.body['notes']).toMatchObject([{ author: 'Dr Okafor', text: 'He was sedated at once.' }]);
  expect((await admin('POST', `/break-glass/${id}/review`, { outcome: 'not-justified' })).status).toBe(400);
  expect((await admin('POST', `/break-glass/${id}/review`, { outcome: 'justified', note: 'Rightly so.' })).body).toMatchObject({
    outcome: 'justified',
    overdue: false,
  });
  const rest = await admin('GET', '/break-glass');
  expect(rest.body['glasses'].map((one: { id: string }) => one.id)).not.toContain(id);
  const today = new Date().toISOString().slice(0, 10);
  expect((await admin('GET', `/break-glass-report?from=${today}&to=${today}`)).body).toMatchObject({
    byOutcome: { justified: 1 },
  });
});

test('R-235 it ends by itself, and its end is recorded and told', async () => {
  const { opened } = await broken();
  const id = /BG-\d{4}-\d{4}/.exec(opened.text)![0];
  expect((await get('/Observation/other-1', 'okafor', header)).status).toBe(200);
  house.moved = 15 * 60_000;
  expect((await get('/Observation/other-1', 'okafor', header)).status).toBe(403);
  await until(async () => house.told.find(({ facts }) => facts['id'] === id && facts['event'] === 'closed'));
  const end = await until(async () =>
    (await records('glass-closed')).find(({ record }) => String(record['reason']).includes(id)),
  );
  expect(end.record).toMatchObject({ caller: { override: id } });
});

test('R-235 one for nobody in particular becomes that of the first patient who is opened', async () => {
  await broken(null);
  // Names nobody: no use is made of it.
  const plain = await (await get('/Observation', 'okafor', header)).text();
  expect(plain).not.toContain('"id":"other-1"');
  expect((await get('/Patient/other', 'okafor', header)).status).toBe(200);
  expect((await get('/Observation/other-1', 'okafor', header)).status).toBe(200);
  expect((await get('/Patient/mine', 'okafor', header)).status).toBe(404);
});

test('one at a time: another one closes the first', async () => {
  await broken('other');
  await broken('mine');
  expect((await get('/Observation/other-1', 'okafor', header)).status).toBe(404);
  expect((await get('/Observation/mine-1', 'okafor', header)).status).toBe(200);
});

describe('R-228 R-229 R-230 an app that asks for it', () => {
  const ask = (username: string, more: Record<string, string> = {}) =>
    launchOf(running, username, { purpose_of_use: 'BTG', ...more });
  const read = (target: string, accessToken: unknown) =>
    fetch(running.urls.fhir + target, { headers: { authorization: `Bearer ${accessToken}` } });

  test('is sent to the pages that break it, and gets a token that carries it and needs no header', async () => {
    const { begun, finish } = await ask('okafor', { scope: 'launch/patient patient/*.rs offline_access' });
    expect(new URL(begun.page.url).pathname).toBe('/break-glass');
    const chosen = await begun.browser.open(`${begun.page.url}&patient=other`);
    const why = await begun.browser.open(chosen.url.replace('/break-glass', '/break-glass/why'));
    const opened = await begun.browser.submit(why, '/break-glass/open', {
      reason: 'life-in-danger',
      why: WHY,
      proof: PASSWORD,
    });
    const next = /href="(\/interaction\/[^"]+)"/.exec(opened.text)![1]!;
    const consent = await begun.browser.open(running.urls.issuer + next);
    expect(consent.text).toContain('only while the glass is broken');
    const answer = await finish(await begun.browser.submit(consent, '/consent', { decision: 'allow' }));
    expect(answer).toMatchObject({ patient: 'other', scope: expect.not.stringContaining('offline') });
    expect(answer['refresh_token']).toBeUndefined();
    expect((await read('/Observation/other-1', answer['access_token'])).status).toBe(200);
    expect((await read('/Observation/mine-1', answer['access_token'])).status).toBe(404);
    // Another token of the same person, without the header, as before.
    expect((await get('/Observation/other-1')).status).toBe(404);
    house.moved = 15 * 60_000;
    expect((await read('/Observation/other-1', answer['access_token'])).status).not.toBe(200);
  });

  test('whoever may not is refused, and that is an alert', async () => {
    const before = (await records('glass-refused')).length;
    const { begun, finish } = await ask('plain');
    expect(await finish(begun.page)).toMatchObject({ error: 'access_denied' });
    await until(async () => ((await records('glass-refused')).length > before ? true : undefined));
  });

  test('a token carries it only while it is open: one that was closed before the consent gives none', async () => {
    await broken();
    const { begun, finish } = await ask('okafor');
    expect(begun.page.text).toContain('only while the glass is broken');
    await running.storage.db.updateTable('break_glass').set({ ended_at: new Date() }).execute();
    expect(await finish(await begun.browser.submit(begun.page, '/consent', { decision: 'allow' }))).toMatchObject({
      error: 'access_denied',
    });
  });
});

describe('R-227 R-229 a service that declares it for a named human (hl7-b2b)', () => {
  const b2b = (more: object = {}) => ({
    extensions: {
      'hl7-b2b': {
        version: '1',
        subject_name: 'Ann Lee',
        subject_id: 'urn:oid:2.16.840.1.113883.4.6#1234567893',
        subject_role: 'urn:oid:2.16.840.1.113883.6.101#207P00000X',
        organization_id: 'https://er.example/Organization/1',
        purpose_of_use: ['http://terminology.hl7.org/CodeSystem/v3-ActReason#BTG', 'urn:oid:2.16.840.1.113883.5.8#TREAT'],
        ...more,
      },
    },
  });
  const backend = (roles: readonly string[]) => registerBackend(running.urls.issuer, running.adminToken!, roles);
  const read = (target: string, accessToken: string) =>
    fetch(running.urls.fhir + target, { headers: { authorization: `Bearer ${accessToken}` } });

  test('gets a token for the first patient that it opens, and the offices hear of it', async () => {
    const emergency = await (await backend(['break-the-glass'])).token('system/*.rs', { claims: b2b() });
    expect((await read('/Patient/other', emergency)).status).toBe(200);
    expect((await read('/Observation/other-1', emergency)).status).toBe(200);
    for (const target of ['/Patient/mine', '/Observation/secret', '/Patient/private'])
      expect((await read(target, emergency)).status, target).toBe(404);
    const notice = await until(async () => house.told.find(({ facts }) => facts['event'] === 'broken'));
    expect(notice.text).toContain('Ann Lee');
    const start = await until(async () =>
      (await records('glass-broken')).find(({ record }) => JSON.stringify(record).includes('Ann Lee')),
    );
    expect(start.record).toMatchObject({ caller: { client: { name: 'A backend' }, user: { name: 'Ann Lee' } } });
    house.moved = 15 * 60_000;
    expect((await read('/Observation/other-1', emergency)).status).not.toBe(200);
  });

  test.each([
    ['no human', { subject_name: undefined }],
    ['no role', { subject_role: undefined }],
    [
      'payment',
      { purpose_of_use: ['http://terminology.hl7.org/CodeSystem/v3-ActReason#BTG', 'urn:oid:2.16.840.1.113883.5.8#HPAYMT'] },
    ],
    ['no version', { version: undefined }],
    ['no purpose of use', { purpose_of_use: ['http://x.example/#BTG'] }],
  ])('R-236 is refused with %s', async (_, more) => {
    const service = await backend(['break-the-glass']);
    await expect(service.token('system/*.rs', { claims: b2b(more) })).rejects.toThrow('invalid_grant');
  });

  test('R-218 without the privilege it is refused, and not quietly made a token for treatment', async () => {
    const before = (await records('glass-refused')).length;
    await expect((await backend(['backend-service'])).token('system/*.rs', { claims: b2b() })).rejects.toThrow('invalid_grant');
    await until(async () => ((await records('glass-refused')).length > before ? true : undefined));
  });

  test('without the claim the same service sees what it sees, and the header is nothing in its hands', async () => {
    const plain = await (await backend(['break-the-glass'])).token('system/*.rs');
    expect((await read('/Patient/other', plain)).status).toBe(404);
    const invoked = await fetch(`${running.urls.fhir}/Patient/other`, {
      headers: { authorization: `Bearer ${plain}`, ...header },
    });
    expect(invoked.status).toBe(403);
  });
});

describe('attacks', () => {
  test('R-218 R-232 the header without the privilege, without a glass, or by nobody opens nothing, and is an alert', async () => {
    const before = (await records('glass-refused')).length;
    expect((await get('/Observation/other-1', 'plain', header)).status).toBe(403);
    expect((await get('/Observation/mine-1', 'okafor', header)).status).toBe(403);
    await until(async () => ((await records('glass-refused')).length >= before + 2 ? true : undefined));
    expect((await fetch(`${running.urls.fhir}/Observation/other-1`, { headers: header })).status).toBe(401);
    await broken();
    expect((await get('/Observation/other-1', 'plain', header)).status).toBe(403);
  });

  test('R-218 the record of the request that was refused names who asked', async () => {
    const answer = await get('/Observation/mine-1', 'okafor', { ...header, 'x-request-id': 'no-glass-of-okafor' });
    expect(answer.status).toBe(403);
    const asked = running.storage.db
      .selectFrom('audit_record')
      .selectAll()
      .where(sql<string>`record ->> 'requestId'`, '=', 'no-glass-of-okafor');
    const { record, person_id } = await until(() => asked.where('kind', '=', 'request').executeTakeFirst());
    expect(record).toMatchObject({ status: 403, outcome: 'deny', caller: { user: { id: person_id } } });
    const { record: alarm } = await until(() => asked.where('kind', '=', 'break-glass').executeTakeFirst());
    expect((alarm as { caller: { user: object } }).caller.user).toEqual((record as { caller: { user: object } }).caller.user);
  });

  test('R-233 a malformed header that names break-the-glass is refused, another category is not looked at', async () => {
    await broken();
    const malformed = `${CATEGORY.slice(0, -1)}`;
    expect((await get('/Observation/other-1', 'okafor', { category: malformed })).status).toBe(400);
    expect((await get('/Observation/other-1', 'okafor', { category: 'dog; scheme="http://x.example"' })).status).toBe(404);
  });

  test('R-218 the pages are not there for who may not', async () => {
    const { browser, page } = await signedIn('plain', '/break-glass?patient=other');
    expect(page.status).toBe(400);
    for (const at of ['/break-glass/why', '/break-glass/open', '/break-glass/opened'])
      expect((await browser.open(running.urls.issuer + at)).status).toBe(400);
  });

  test.each([
    ['no reason', { reason: 'because' }, 'Choose what the emergency is'],
    ['no sentence', { why: 'short' }, 'Say in one sentence what is happening'],
    ['a wrong password', { proof: 'wrong' }, 'That did not show that it is you'],
  ])('R-221 %s: the page comes back, nothing is opened, what was typed is kept', async (_, form, words) => {
    const { opened } = await broken('other', form);
    expect(opened.status).toBe(422);
    expect(opened.text).toContain(words);
    if (!('why' in form)) expect(opened.text).toContain(WHY);
    expect(opened.text).not.toContain(PASSWORD);
    expect((await get('/Observation/other-1', 'okafor', header)).status).toBe(403);
  });

  test('a form of another session, or none, opens nothing', async () => {
    const { why } = await broken('other', { reason: 'because' });
    const { browser } = await signedIn('okafor', '/break-glass');
    const csrf = /name="csrf" value="([^"]+)"/.exec(why.text)![1]!;
    for (const body of [{}, { csrf }] as Record<string, string>[]) {
      const answer = await browser.open(`${running.urls.issuer}/break-glass/open`, {
        method: 'POST',
        body: new URLSearchParams({ reason: 'cannot-speak', why: WHY, proof: PASSWORD, ...body }),
      });
      expect(answer.status).toBe(400);
    }
  });

  test('R-223 a consent that names break-the-glass stands', async () => {
    await broken('private');
    expect((await get('/Patient/private', 'okafor', header)).status).toBe(404);
    expect(hinted(await (await get('/Patient/private')).text())).toBe(false);
  });

  test('whoever broke it does not review it, and not before its end', async () => {
    const { opened } = await broken();
    const id = /BG-\d{4}-\d{4}/.exec(opened.text)![0];
    const answer = await fetch(`${running.urls.issuer}/admin/break-glass/${id}/review`, {
      method: 'POST',
      headers: { authorization: `Bearer ${running.adminToken}`, 'content-type': 'application/json' },
      body: '{"outcome":"justified"}',
    });
    expect(answer.status).toBe(409);
  });
});
