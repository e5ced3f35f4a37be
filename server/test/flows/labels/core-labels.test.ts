// biome-ignore-all lint/suspicious/noExplicitAny: answers are looked into by tests.
/**
 * What the core labels do, from outside (R-121, R-186 to R-207): on a whole server with the default policies, the label rules that come along, and three rules
 * that bind data to purposes, as the how-to has them.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packagedLabelRules } from '../../../src/config/load-label-rules.ts';
import { packagedPolicies } from '../../../src/config/load-policies.ts';
import { type House, type HouseClient, house } from '../admin/house.ts';
import { type Backend, registerBackend } from '../whole/backend.ts';

const ACT = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
const CONFIDENTIALITY = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';
const MARKER = 'marker-7f3e9c2a';

const bound = (id: string, label: string, purpose: string) => ({
  id,
  description: `What is labelled so is for the purpose of ${purpose} alone.`,
  effect: 'deny',
  caller: { purposesOtherThan: [purpose] },
  interactions: { group: ['C', 'R', 'U', 'D', 'E'] },
  resources: { labels: { any: [label] } },
});

const ours = {
  policySet: 'bound-to-purposes',
  version: 1,
  combining: 'deny-overrides',
  rules: [
    bound('test-data-are-for-tests', `${REASON}|HTEST`, 'HTEST'),
    bound('research-data-are-for-research', `${REASON}|HRESCH`, 'HRESCH'),
    bound('not-to-be-reused', `${ACT}|NOREUSE`, 'TREAT'),
    {
      id: 'doctors-are-obliged',
      description: 'What goes to physicians is not to be passed on.',
      effect: 'permit',
      caller: { roles: ['physician'], relations: ['general-practitioner'] },
      interactions: ['read', 'vread', 'search', 'update'],
      resources: { types: ['Condition'] },
      clears: { confidentiality: 'R', sensitivities: '*' },
      obligations: { labels: [`${ACT}|NOCOLLECT`] },
    },
  ],
};

/** What was agreed with another house about its own labels. */
const withPartner = {
  labelRules: 'partner',
  version: 1,
  meanings: { 'https://partner.example/labels|plain': ['N'], 'https://partner.example/labels|red': ['R'] },
  rules: [],
};

const app: HouseClient = {
  client_id: 'ward-app',
  kind: 'public',
  redirect_uris: ['https://app.example/back'],
  scope: 'user/*.cruds',
};

let it: House;
let doctor: string;
let sweeper: string;
let officer: string;
let service: Backend;
const tokens = new Map<string, string>();

beforeAll(async () => {
  const home = mkdtempSync(path.join(tmpdir(), 'fireguard-labels-'));
  const file = path.join(home, 'ours.yaml');
  writeFileSync(file, JSON.stringify(ours));
  const agreed = path.join(home, 'agreed.yaml');
  writeFileSync(agreed, JSON.stringify(withPartner));
  it = await house(home, {
    policies: { files: [packagedPolicies, file] },
    labels: { rules: [packagedLabelRules, agreed] },
    purposes: { mayAsk: { 'backend-service': ['TREAT', 'HRESCH', 'HTEST', 'HPAYMT'] } },
  });
  const { issuer, running } = it;
  await it.call('POST', '/admin/clients', {
    id: app.client_id,
    name: 'Ward app',
    kind: 'public',
    redirectUris: app.redirect_uris,
    scope: app.scope,
  });
  for (const [username, role] of [
    ['doc', 'physician'],
    ['anna', 'privacy-officer'],
  ] as const)
    await it.call('POST', '/admin/people', {
      username,
      name: username,
      roles: [role],
      fhirUser: `Practitioner/${username}`,
      password: 'a long password',
    });
  doctor = await it.token('doc', 'a long password', app, 'user/*.cruds');
  officer = await it.token('anna', 'a long password', app, 'user/*.cruds');
  sweeper = await (await registerBackend(issuer, running.adminToken!, ['labelling-service'])).token('system/*.rus');
  service = await registerBackend(issuer, running.adminToken!, ['backend-service'], undefined, { tokenExchange: true });
  for (const purpose of ['TREAT', 'HRESCH', 'HTEST', 'HPAYMT'])
    tokens.set(purpose, await service.token('system/*.rs', { purpose }));
  tokens.set('none', await service.token('system/*.rs'));

  const labelled = (id: string, ...security: [string, string][]) =>
    it.put({
      resourceType: 'Observation',
      id,
      status: 'final',
      code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
      subject: { reference: 'Patient/mine' },
      valueString: `${MARKER} of ${id}`,
      meta: { security: security.map(([system, code]) => ({ system, code })) },
    });
  await labelled('test', [REASON, 'HTEST']);
  await labelled('study', [REASON, 'HRESCH']);
  await labelled('no-reuse', [ACT, 'NOREUSE']);
  await labelled('at-once', [ACT, 'DELAU']);
  await labelled('foreign', ['https://labels.example', 'green']);
  await labelled('agreed', ['https://partner.example/labels', 'plain']);
  await labelled('agreed-red', ['https://partner.example/labels', 'red']);
  await labelled('closed', [CONFIDENTIALITY, 'R']);
  await labelled('very', [CONFIDENTIALITY, 'V']);
  await labelled('twice', [CONFIDENTIALITY, 'R'], [ACT, 'PSY'], [ACT, 'PSY'], [CONFIDENTIALITY, 'R']);
  await it.put({
    resourceType: 'Condition',
    id: 'asthma',
    code: { text: 'asthma' },
    subject: { reference: 'Patient/mine' },
  });
}, 120_000);
afterAll(() => it?.close());

async function fhir(
  target: string,
  token: string,
  method = 'GET',
  body?: unknown,
  type = 'application/fhir+json',
): Promise<{ status: number; body: any; text: string }> {
  const answer = await fetch(it.fhir + target, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': type },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text), text };
}

const codes = (resource: any) => (resource.meta?.security ?? []).map(({ code }: { code: string }) => code);
const stored = async (key: string) => JSON.parse(await it.raw(key));
const found = async (token: string, query = 'patient=mine') => {
  const { body } = await fhir(`/Observation?${query}&_total=accurate`, token);
  const ids = (body.entry ?? [])
    .filter((entry: any) => entry.search.mode === 'match')
    .map((entry: any) => entry.resource.id)
    .sort();
  return { ids, total: body.total };
};
const status = async (id: string, purpose: string) => (await fhir(`/Observation/${id}`, tokens.get(purpose)!)).status;

test('R-121 R-186 what may not be seen is not in the searchset, and the total is that of what may', async () => {
  const all = JSON.parse(await it.raw('Observation?patient=mine&_total=accurate'));
  const treating = await found(tokens.get('TREAT')!);
  const researching = await found(tokens.get('HRESCH')!);
  expect(all.total).toBe(13);
  expect(treating).toEqual({ ids: ['agreed', 'at-once', 'mine-1', 'mine-2', 'mine-3', 'no-reuse'], total: 6 });
  expect(researching).toEqual({ ids: ['agreed', 'at-once', 'mine-1', 'mine-2', 'mine-3', 'study'], total: 6 });
});

describe('R-189 the core labels', () => {
  test('R-199 R-251 test data are seen for tests alone, also in counts and exports', async () => {
    expect([await status('test', 'HTEST'), await status('test', 'TREAT'), await status('test', 'none')]).toEqual([
      200, 404, 404,
    ]);
    expect((await found(tokens.get('HTEST')!)).ids).toContain('test');
    const count = async (purpose: string) =>
      (await fhir('/Observation?patient=mine&_summary=count', tokens.get(purpose)!)).body.total;
    const whole = (await found(tokens.get('TREAT')!)).ids.length;
    expect([await count('TREAT'), await count('HPAYMT')]).toEqual([whole, whole - 1]);
    expect((await fhir(`/Observation?patient=mine&_security=${REASON}|HTEST`, tokens.get('TREAT')!)).text).not.toContain(
      MARKER,
    );
  });

  test('R-200 what is for one purpose is not given for another, nor for one beside it', async () => {
    const both = await service.token('system/*.rs', { purpose: 'TREAT HRESCH' });
    expect([await status('study', 'HRESCH'), await status('study', 'TREAT')]).toEqual([200, 404]);
    expect((await fhir('/Observation/study', both)).status).toBe(404);
  });

  test('R-198 what is not to be reused is had for its purpose; asking again for another one, or passing the token on for it, is refused', async () => {
    const first = await fhir('/Observation/no-reuse', tokens.get('TREAT')!);
    expect([first.status, codes(first.body)]).toEqual([200, ['NOREUSE']]);
    for (const other of ['HRESCH', 'HPAYMT', 'none']) expect([other, await status('no-reuse', other)]).toEqual([other, 404]);
    const exchanged = tokens.get('TREAT')!;
    for (const purpose of ['HRESCH', 'TREAT HRESCH', 'ETREAT'])
      await expect(service.token('system/Observation.rs', { exchanged, purpose })).rejects.toThrow(/400.*invalid_request/);
    const narrower = await service.token('system/Observation.rs', { exchanged, purpose: 'TREAT' });
    expect((await fhir('/Observation/no-reuse', narrower)).status).toBe(200);
    const research = await service.token('system/Observation.rs', { exchanged: tokens.get('HRESCH')! });
    expect((await fhir('/Observation/no-reuse', research)).status).toBe(404);
  });

  test('R-197 of what is to be deleted after use nothing is left: not in the folder, the database or the trail', async () => {
    const token = tokens.get('TREAT')!;
    expect((await fhir('/Observation/at-once', token)).text).toContain(`${MARKER} of at-once`);
    expect((await fhir('/Observation?patient=mine', token)).text).toContain(`${MARKER} of at-once`);
    expect((await fhir('/Patient/mine/$everything', token)).text).toContain(`${MARKER} of at-once`);
    await it.running.audit.caughtUp();
    const kept = filesIn(it.home).filter((file) => readFileSync(file).includes(MARKER));
    expect(kept).toEqual([]);
    expect(await tablesWith(MARKER)).toEqual([]);
    const events = await fhir('/AuditEvent?patient=Patient/mine', officer);
    expect([events.status, events.text.includes('Observation/at-once'), events.text.includes(MARKER)]).toEqual([
      200,
      true,
      false,
    ]);
    // The look finds what is there: the same search with the id, which the trail keeps.
    expect(await tablesWith('Observation/at-once')).not.toEqual([]);
  });

  test('R-188 a label that nobody knows closes, as what is very restricted', async () => {
    expect([await status('foreign', 'TREAT'), await status('very', 'TREAT')]).toEqual([404, 404]);
    expect((await fhir('/Observation/foreign', doctor)).status).toBe(404);
    expect((await fhir('/Observation/closed', doctor)).status).toBe(200);
  });

  test('R-188 a label of others means what was agreed, and travels on as it is', async () => {
    expect([await status('agreed', 'TREAT'), await status('agreed-red', 'TREAT')]).toEqual([200, 404]);
    const { status: red, body } = await fhir('/Observation/agreed-red', doctor);
    expect([red, codes(body)]).toEqual([200, ['red']]);
  });
});

describe('R-195 the confidentiality that a request asks for at most', () => {
  const scheme = 'scheme="http://hl7.org/fhir/tag/security"';
  const asking = (target: string, token: string, ...levels: string[]) =>
    fetch(it.fhir + target, {
      headers: {
        authorization: `Bearer ${token}`,
        category: levels.map((level) => `${CONFIDENTIALITY}#${level}; ${scheme}`).join(', '),
      },
    });

  test('takes away what is above it, one by one and in searches', async () => {
    for (const [level, expected] of [
      ['R', 200],
      ['N', 404],
      ['L', 404],
    ] as const)
      expect([level, (await asking('/Observation/closed', doctor, level)).status]).toEqual([level, expected]);
    expect((await asking('/Observation/closed', doctor, 'V', 'N')).status).toBe(404);
    expect((await asking('/Observation/mine-1', doctor, 'N')).status).toBe(200);
    const normal = (await (await asking('/Observation?patient=mine&_total=accurate', doctor, 'N')).json()) as any;
    const whole = await found(doctor);
    expect(whole.ids).toContain('closed');
    expect(normal.entry.map((entry: any) => entry.resource.id)).not.toContain('closed');
    expect([normal.total, normal.meta.security[0].code]).toEqual([normal.entry.length, 'N']);
    expect(normal.total).toBeLessThan(whole.total);
  });

  test('gives nothing that was not given without it', async () => {
    const service = tokens.get('TREAT')!;
    for (const id of ['closed', 'very', 'foreign', 'test'])
      expect([id, (await asking(`/Observation/${id}`, service, 'V')).status]).toEqual([id, 404]);
  });

  test.each(['X', 'v', ''])('is refused where it is no confidentiality: %j', async (level) => {
    expect((await asking('/Observation/mine-1', doctor, level)).status).toBe(400);
  });
});

test('R-202 labels are a set: what is there twice counts once, in the Bundle too', async () => {
  const { body } = await fhir('/Observation?_id=twice', doctor);
  expect(body.entry[0].resource.id).toBe('twice');
  expect(codes(body)).toEqual([...new Set(codes(body))]);
  expect(codes(body)[0]).toBe('R');
});

test('R-207 who is no classifier cannot take a label away, change or add one; it is refused and recorded', async () => {
  const before = await stored('Observation/closed');
  const { security: _, ...meta } = before.meta;
  const patched = (operations: readonly object[]) =>
    fhir('/Observation/closed', doctor, 'PATCH', operations, 'application/json-patch+json');
  const lower = { ...before, meta: { ...meta, security: [{ system: CONFIDENTIALITY, code: 'N' }] } };
  const answers = [
    await fhir('/Observation/closed', doctor, 'PUT', { ...before, meta }),
    await fhir('/Observation/closed', doctor, 'PUT', lower),
    await patched([{ op: 'remove', path: '/meta/security/0' }]),
    await patched([{ op: 'replace', path: '/meta/security/0/code', value: 'N' }]),
    await patched([{ op: 'add', path: '/meta/security/-', value: { system: ACT, code: 'PSY' } }]),
    // Nor say that it is somebody else's word (R-205).
    await patched([
      { op: 'add', path: '/meta/security/0/extension', value: [{ url: 'http://x.example/basis', valueString: 'mine' }] },
    ]),
  ];
  expect(answers.map((one) => one.status)).toEqual([403, 403, 403, 403, 403, 403]);
  expect(await stored('Observation/closed')).toEqual(before);
  const denied = (await it.records()).filter(
    ({ outcome, resources, action }) =>
      outcome === 'deny' && resources.includes('Observation/closed') && (action === 'update' || action === 'patch'),
  );
  expect(denied.map(({ caller }) => caller.user.name)).toEqual(Array.from({ length: 6 }, () => 'doc'));
});

test('R-202 R-207 a classifier may; it is a new version, and the trail says who', async () => {
  const before = await stored('Observation/closed');
  const operations = [{ op: 'add', path: '/meta/security/-', value: { system: ACT, code: 'PSY' } }];
  const answer = await fhir('/Observation/closed', sweeper, 'PATCH', operations, 'application/json-patch+json');
  expect(answer.status, answer.text).toBe(200);
  const after = await stored('Observation/closed');
  expect([codes(after), Number(after.meta.versionId)]).toEqual([['R', 'PSY'], Number(before.meta.versionId) + 1]);
  const events = await fhir(`/AuditEvent?patient=Patient/mine&entity=Observation/closed&action=U&outcome=0`, officer);
  const who = events.body.entry.map((entry: any) => entry.resource.agent[0].who.display);
  expect(who).toEqual(['A backend']);
});

test('R-196 what a rule obliges to goes out with the data and is not written onto them', async () => {
  const read = await fhir('/Condition/asthma', doctor);
  expect([read.status, codes(read.body)]).toEqual([200, ['NOCOLLECT']]);
  const note = [{ text: 'better' }];
  const back = await fhir('/Condition/asthma', doctor, 'PUT', { ...read.body, note });
  expect([back.status, codes(await stored('Condition/asthma'))]).toEqual([200, []]);
  const { meta: _, ...bare } = read.body;
  expect((await fhir('/Condition/asthma', doctor, 'PUT', { ...bare, note })).status).toBe(200);
  expect(codes(await stored('Condition/asthma'))).toEqual([]);
  expect(codes((await fhir('/Condition/asthma', doctor)).body)).toEqual(['NOCOLLECT']);
});

test('R-190 every label that is put on is one of HL7’s healthcare privacy and security classification', async () => {
  const systems = new Set<string>();
  const own = new Set<string>();
  for (const token of [doctor, ...tokens.values()])
    for (const target of [
      '/Observation?patient=mine',
      '/Condition?patient=mine',
      '/Condition/asthma',
      '/Patient/mine/$everything',
    ]) {
      const { body } = await fhir(target, token);
      for (const label of body.meta?.security ?? []) systems.add(label.system);
      for (const tag of body.meta?.tag ?? []) own.add(tag.system);
    }
  expect([...systems].sort()).toEqual([ACT, REASON, CONFIDENTIALITY].sort());
  expect([...own].filter((system) => !system.startsWith('http://terminology.hl7.org/CodeSystem/v3-'))).toEqual([]);
});

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name))
    .filter((file) => existsSync(file) && statSync(file).isFile());
}

/** Tables of which a row holds the text, in any column. */
async function tablesWith(text: string): Promise<readonly string[]> {
  const { db } = it.running.storage;
  const { rows } = await sql<{ name: string }>`
    select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema')
    and has_table_privilege(quote_ident(schemaname) || '.' || quote_ident(tablename), 'select')`.execute(db);
  const holding: string[] = [];
  for (const { name } of rows) {
    const hit = await sql`select 1 from ${sql.raw(name)} t where t::text like ${`%${text}%`} limit 1`.execute(db);
    if (hit.rows.length > 0) holding.push(name);
  }
  return holding;
}
