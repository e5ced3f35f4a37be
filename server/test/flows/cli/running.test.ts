import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type House, house } from '../admin/house.ts';
import { fireguard, type Ran } from './kit.ts';

let it: House;
let stateFile: string;
let scratch: string;
const password = 'a long password of the test';

beforeAll(async () => {
  it = await house();
  scratch = mkdtempSync(path.join(tmpdir(), 'fireguard-cli-'));
  stateFile = path.join(scratch, 'state.json');
}, 120_000);
afterAll(async () => {
  rmSync(scratch, { recursive: true, force: true });
  await it?.close();
});

const run = (...args: string[]): Promise<Ran> => fireguard([...args, '--home', it.home]);
const lastLine = ({ out }: Ran) => out.trimEnd().split('\n').at(-1)!;

test('R-001 R-048 people and clients by the command line: added, listed, disabled, enabled', async () => {
  const added = await fireguard(
    [
      'user',
      'add',
      '--username',
      'doc',
      '--name',
      'Dr Adebayo',
      '--role',
      'physician',
      '--fhir-user',
      'Practitioner/doc',
      '--password-stdin',
      '--home',
      it.home,
    ],
    { input: `${password}\n` },
  );
  expect(added).toMatchObject({ status: 0, err: '' });
  expect(added.out).not.toContain(password);
  const made = await run(
    'user',
    'add',
    '--username',
    'pat',
    '--name',
    'Pat Lindqvist',
    '--role',
    'patient',
    '--fhir-user',
    'Patient/mine',
    '--json',
  );
  const pat = JSON.parse(made.out) as { password: string };
  expect(await run('user', 'add', '--username', 'doc', '--name', 'Another')).toMatchObject({
    status: 1,
    out: '',
    err: 'This username is taken.\n',
  });

  const app = await run(
    'client',
    'add',
    '--kind',
    'symmetric',
    '--name',
    'Ward View',
    '--id',
    'ward-view',
    '--redirect-uri',
    'https://ward.example/back',
    '--scope',
    'launch/patient patient/*.rs user/*.rs openid fhirUser offline_access',
    '--json',
  );
  const { secret } = JSON.parse(app.out) as { secret: string };
  const { privateKey, publicKey } = await generateKeyPair('ES384', { extractable: true });
  const jwks = path.join(scratch, 'jwks.json');
  writeFileSync(jwks, JSON.stringify({ ...(await exportJWK(publicKey)), kid: 'k1' }));
  expect(
    (
      await run(
        'client',
        'add',
        '--kind',
        'backend',
        '--name',
        'Warehouse',
        '--id',
        'warehouse',
        '--scope',
        'system/*.rs',
        '--role',
        'backend-service',
        '--jwks',
        jwks,
      )
    ).status,
  ).toBe(0);

  const people = await run('user', 'list');
  expect(people.out).toMatch(/^doc +Dr Adebayo +physician +Practitioner\/doc +enabled$/m);
  const clients = await run('client', 'list');
  expect(clients.out).toMatch(/^ward-view +Ward View +symmetric +enabled/m);
  expect(`${people.out}${clients.out}`).not.toContain(secret);

  const private_jwk = { ...(await exportJWK(privateKey)), kid: 'k1' };
  const state = {
    fhir: it.fhir,
    issuer: it.issuer,
    admin: { url: `${it.issuer}/admin`, token: it.running.adminToken },
    personas: [
      { name: 'physician', username: 'doc', password, roles: ['physician'], fhirUser: 'Practitioner/doc' },
      { name: 'patient-1', username: 'pat', password: pat.password, roles: ['patient'], fhirUser: 'Patient/mine' },
    ],
    clients: [
      { client_id: 'warehouse', kind: 'backend', private_jwk, redirect_uris: [], scope: 'system/*.rs' },
      {
        client_id: 'ward-view',
        kind: 'symmetric',
        client_secret: secret,
        redirect_uris: ['https://ward.example/back'],
        scope: 'launch/patient patient/*.rs user/*.rs openid fhirUser offline_access',
      },
    ],
  };
  writeFileSync(stateFile, JSON.stringify(state));
}, 120_000);

const token = (...args: string[]) => fireguard(['token', '--issuer', it.issuer, '--state', stateFile, ...args]);

test('token: alone on the last line, through the real flows, for a person, a patient and a service', async () => {
  const person = await token('--persona', 'physician', '--scope', 'user/*.rs');
  expect(person).toMatchObject({ status: 0, out: expect.stringMatching(/^[\w-]{43}\n$/) });
  expect(await it.fhirStatus('/Patient/mine', lastLine(person))).toBe(200);
  expect(await it.fhirStatus('/Patient/other', lastLine(person))).toBe(404);

  const patient = await token(
    '--persona',
    'patient-1',
    '--scope',
    'launch/patient patient/*.rs openid fhirUser offline_access',
  );
  expect(await it.fhirStatus('/Observation/mine-1', lastLine(patient))).toBe(200);
  expect(await it.fhirStatus('/Observation/other-1', lastLine(patient))).toBe(404);

  const chosen = await token('--persona', 'physician', '--scope', 'launch/patient patient/*.rs', '--patient', 'mine');
  expect(await it.fhirStatus('/Patient/mine', lastLine(chosen))).toBe(200);

  const service = await token('--scope', 'system/*.rs');
  expect(service).toMatchObject({ status: 0, out: expect.stringMatching(/^[\w-]{43}\n$/) });
  expect(await it.fhirStatus('/Patient/mine', lastLine(service))).toBe(200);
}, 120_000);

test('token: what goes wrong is one line', async () => {
  const fails = async (line: RegExp, ...args: string[]) => {
    const ran = await token(...args);
    expect([ran.status === 0, ran.out]).toEqual([false, '']);
    expect(ran.err).toMatch(line);
    expect(ran.err).not.toMatch(/\n\s+at /);
  };
  await fails(/knows no persona nobody. It knows: physician, patient-1/, '--persona', 'nobody', '--scope', 'user/*.rs');
  await fails(/Who signs in\?/, '--scope', 'user/*.rs');
  await fails(/No token: .*scopes can be granted/, '--persona', 'physician', '--scope', 'nonsense');
  await fails(
    /physician may not choose the patient other/,
    '--persona',
    'physician',
    '--scope',
    'patient/*.rs',
    '--patient',
    'other',
  );
}, 120_000);

test('R-001 a disabled person’s live token ends with the command’s answer', async () => {
  const live = lastLine(await token('--persona', 'physician', '--scope', 'user/*.rs'));
  expect(await it.fhirStatus('/Patient/mine', live)).toBe(200);
  expect(await run('user', 'disable', 'doc')).toMatchObject({ status: 0, out: expect.stringContaining('no longer work') });
  expect(await it.fhirStatus('/Patient/mine', live)).toBe(401);
  expect(await token('--persona', 'physician', '--scope', 'user/*.rs')).toMatchObject({
    status: 1,
    err: expect.stringContaining('cannot sign in'),
  });
  expect((await run('user', 'enable', 'doc')).status).toBe(0);
  expect((await token('--persona', 'physician', '--scope', 'user/*.rs')).status).toBe(0);
}, 120_000);

test('audit list shows what was done, who did it, and itself', async () => {
  const listed = await run('audit', 'list', '--limit', '200');
  expect(listed.status).toBe(0);
  expect(listed.out).toMatch(/permit +Local administrator +- +user-disabled/);
  expect(listed.out).toMatch(/Dr Adebayo +Ward View +read Patient \(200\) +mine/);
  const rows = (await run('audit', 'list', '--patient', 'mine', '--json')).out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { patients: string[]; person?: { fhirUser?: string } });
  expect(rows.length).toBeGreaterThan(2);
  // About this patient, or by them (AuditEvent's `patient` means both).
  for (const { patients, person } of rows)
    expect(person?.fhirUser === 'Patient/mine' ? [...patients, 'mine'] : patients).toContain('mine');
  const secrets = JSON.parse(readFileSync(stateFile, 'utf8')) as {
    personas: { password: string }[];
    clients: { client_secret?: string }[];
  };
  for (const secret of [...secrets.personas.map((one) => one.password), secrets.clients[1]!.client_secret!]) {
    expect(listed.out).not.toContain(secret);
  }
}, 60_000);

test('policy explain tells why a recorded request came out as it did, by its X-Request-Id, and looking is recorded', async () => {
  const kind = ['--kind', 'administration', '--limit', '1', '--json'];
  const { requestId, action } = JSON.parse((await run('audit', 'list', ...kind)).out.trim().split('\n')[0]!);
  const told = await run('policy', 'explain', '--request', requestId);
  expect(told).toMatchObject({ status: 0, err: '' });
  expect(told.out).toContain(action);
  expect((await run('policy', 'explain', '--request', 'nobody-asked-this')).err).toContain(
    'No request with this id was recorded.',
  );
  expect((await run('policy', 'explain')).err).toContain('Name a file of cases, or a request with --request.');
  expect((await run('audit', 'list', '--kind', 'audit-read')).out).toContain('audit-search');
}, 120_000);

test('audit verify needs no server, and names the record that was changed', async () => {
  expect(await run('audit', 'verify')).toMatchObject({
    status: 0,
    out: expect.stringMatching(/^Unbroken: \d+ records in 1 segment\./),
  });
  await it.running.audit.caughtUp();
  // A copy, changed in one place: a server that nobody trusts any more is not needed to find it.
  const copy = path.join(scratch, 'copy');
  cpSync(path.join(it.home, 'audit'), path.join(copy, 'audit'), { recursive: true });
  cpSync(path.join(it.home, 'audit-key.pub.pem'), path.join(copy, 'audit-key.pub.pem'));
  const segment = readdirSync(path.join(copy, 'audit')).find((name) => /^\d+|segment|\.jsonl?$/.test(name))!;
  const file = path.join(copy, 'audit', segment);
  const lines = readFileSync(file, 'utf8').split('\n');
  const at = lines.findIndex((line) => line.includes('Dr Adebayo'));
  writeFileSync(file, lines.with(at, lines[at]!.replace('Dr Adebayo', 'Dr Nobody')).join('\n'));
  const found = await fireguard(['audit', 'verify', '--home', copy]);
  expect(found).toMatchObject({ status: 1, err: '' });
  expect(found.out).toMatch(new RegExp(`^BROKEN at .*line ${at + 1} \\(record \\d+\\)`));
}, 60_000);
