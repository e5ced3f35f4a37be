// biome-ignore-all lint/suspicious/noExplicitAny: answers are looked into by tests.
/** the parts in one process and apart give the same answers; apart, each is killed once. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { signInForToken } from '../../../src/cli/sign-in/authorization-code.ts';
import { openBrowser } from '../../../src/cli/sign-in/browser.ts';
import { discover } from '../../../src/cli/sign-in/discovery.ts';
import type { HouseClient } from '../admin/house.ts';
import { type Backend, registerBackend } from '../whole/backend.ts';
import { KEY, type Parts, startParts } from './parts.ts';

const redirectUris = ['https://app.example/back'];
const app: HouseClient = { client_id: 'ward-app', kind: 'public', redirect_uris: redirectUris, scope: 'user/*.cruds' };

const patience = { timeout: 30_000, interval: 200 };

interface Place {
  readonly at: Parts;
  /** Of the physician. */
  readonly doctor: string;
  /** May read the audit. */
  readonly reader: Backend;
  administer(method: string, path: string, body?: object): Promise<any>;
  signIn(): Promise<string>;
  /** Status and body, with this arrangement's own addresses taken out; `refused`: nobody listens. */
  ask(url: string, token: string | undefined, body?: unknown): Promise<{ status: number | 'refused'; body: any }>;
}

async function place(apart: boolean): Promise<Place> {
  const at = await startParts(apart);
  const administer: Place['administer'] = async (method, path, body) => {
    const answer = await fetch(`${at.issuer}/admin${path}`, {
      method,
      headers: {
        authorization: `Bearer ${at.adminToken}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${answer.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  const password = 'a long password';
  await administer('POST', '/clients', { id: 'ward-app', name: 'Ward app', kind: 'public', redirectUris, scope: app.scope });
  const who = { username: 'doc', name: 'Dr Adebayo', roles: ['physician'], fhirUser: 'Practitioner/doc', password };
  await administer('POST', '/people', who);
  const signIn = async () => {
    const browser = openBrowser(undefined);
    const persona = { name: 'doc', username: 'doc', password };
    const state = { fhir: at.fhir, issuer: at.issuer, personas: [persona], clients: [app] };
    try {
      const found = await discover(browser, at.issuer);
      return await signInForToken(browser, found, { state, persona, client: app, scope: app.scope, patient: undefined });
    } finally {
      await browser.close();
    }
  };
  const ask: Place['ask'] = async (url, token, body) => {
    const answer = await fetch(url, {
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
    }).catch(() => undefined);
    if (answer === undefined) return { status: 'refused', body: undefined };
    const text = (await answer.text())
      .replaceAll(at.fhir, 'FHIR')
      .replaceAll(at.issuer, 'ISSUER')
      .replaceAll(at.doors, 'DOORS')
      .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'UUID')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)/g, 'TIME');
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
  };
  return {
    at,
    administer,
    signIn,
    ask,
    doctor: await signIn(),
    reader: await registerBackend(at.issuer, at.adminToken, ['audit-reader']),
  };
}

const evaluation = (id: string) => ({
  subject: { type: 'practitioner', id: 'doc' },
  action: { name: 'read' },
  resource: { type: 'Patient', id },
});

/** Put to either arrangement. */
const questions: readonly (readonly [string, (here: Place) => Promise<unknown>])[] = [
  ['discovery at the API', ({ ask, at }) => ask(`${at.fhir}/.well-known/smart-configuration`, undefined)],
  ['discovery at the issuer', ({ ask, at }) => ask(`${at.issuer}/.well-known/openid-configuration`, undefined)],
  ['the doors', ({ ask, at }) => ask(`${at.doors}/.well-known/authzen-configuration`, undefined)],
  ['capabilities', ({ ask, at }) => ask(`${at.fhir}/metadata`, undefined)],
  ['nobody', ({ ask, at }) => ask(`${at.fhir}/Patient/mine`, undefined)],
  ['a patient in care', ({ ask, at, doctor }) => ask(`${at.fhir}/Patient/mine`, doctor)],
  ['another patient', ({ ask, at, doctor }) => ask(`${at.fhir}/Patient/other`, doctor)],
  ['a search', ({ ask, at, doctor }) => ask(`${at.fhir}/Observation?_sort=_id`, doctor)],
  ['what no rule permits', ({ ask, at, doctor }) => ask(`${at.fhir}/AuditEvent?patient=mine`, doctor)],
  ['a decision: yes', ({ ask, at }) => ask(`${at.doors}/access/v1/evaluation`, KEY, evaluation('mine'))],
  ['a decision: no', ({ ask, at }) => ask(`${at.doors}/access/v1/evaluation`, KEY, evaluation('other'))],
  ['a decision for nobody', ({ ask, at }) => ask(`${at.doors}/access/v1/evaluation`, 'x'.repeat(40), evaluation('mine'))],
  ['administration without a right', ({ ask, at, doctor }) => ask(`${at.issuer}/admin/people`, doctor)],
  [
    'the trail of all that',
    async ({ ask, at, reader }) => {
      const token = await reader.token('system/AuditEvent.rs');
      const told = async (base: string) => {
        const { body } = await ask(`${base}/AuditEvent?patient=mine&_count=200`, token);
        return (
          (body?.entry ?? [])
            .map(
              ({ resource }: any) =>
                `${resource.action} ${resource.outcome} ${resource.subtype?.[0]?.code ?? resource.type.code}`,
            )
            // Looks at the trail are in it as well, one for each try.
            .filter((kind: string) => !kind.endsWith('110101'))
            .sort()
        );
      };
      // What another process recorded is there once it has copied it: a moment later.
      return vi.waitFor(async () => {
        const [one, other] = [await told(at.fhir), await told(at.audit)];
        if (one.length < 3 || other.length < 3) throw new Error('not all of it is there yet');
        return [...new Set([...one, ...other])].sort();
      }, patience);
    },
  ],
  ['the audit repository has nothing else', ({ ask, at, doctor }) => ask(`${at.audit}/Patient/mine`, doctor)],
];

// Seven processes in all, started as an operator would: that takes its seconds.
let apart: Place;
let together: Place;
beforeAll(async () => {
  [apart, together] = await Promise.all([place(true), place(false)]);
}, 300_000);
afterAll(() => Promise.all([apart?.at.close(), together?.at.close()]));

test('R-005 R-009 all in one process, or each part in its own: the same questions, the same answers', async () => {
  for (const [what, ask] of questions) expect(await ask(apart), what).toEqual(await ask(together));
}, 60_000);

describe('R-005 a part is killed: what must deny denies, what need not stop goes on', () => {
  const decided = async (id: string) =>
    (await apart.ask(`${apart.at.doors}/access/v1/evaluation`, KEY, evaluation(id))).body?.decision;
  const status = async (target: string, token = apart.doctor) => (await apart.ask(apart.at.fhir + target, token)).status;

  test('the authorization server: nobody new comes in, who has a token works on, and is decided as before', async () => {
    const { at } = apart;
    await at.kill('authorization-server');
    await expect(apart.signIn()).rejects.toThrow();
    expect([await status('/Patient/mine'), await status('/Patient/other')]).toEqual([200, 404]);
    expect(await status('/Patient/mine', 'not-a-token-of-anybody')).toBe(401);
    expect((await fetch(`${at.fhir.replace('/fhir', '')}/readyz`)).status).toBe(200);
    expect([await decided('mine'), await decided('other')]).toEqual([true, false]);
    await at.start('authorization-server');
    const token = await apart.signIn();
    expect(await status('/Patient/mine', token)).toBe(200);
  }, 120_000);

  test('the audit repository: what is served is recorded all the same, and found when it is back', async () => {
    const { at } = apart;
    const token = await apart.reader.token('system/AuditEvent.rs');
    await at.kill('audit-repository');
    expect((await apart.ask(`${at.audit}/AuditEvent?patient=mine`, token)).status).toBe('refused');
    for (const number of [1, 2, 3]) expect(await status(`/Observation/mine-${number}`)).toBe(200);
    await at.start('audit-repository');
    await vi.waitFor(async () => {
      const text = JSON.stringify((await apart.ask(`${at.audit}/AuditEvent?patient=mine&_count=200`, token)).body);
      for (const number of [1, 2, 3]) expect(text).toContain(`Observation/mine-${number}`);
    }, patience);
  }, 120_000);

  test('the decision point: nobody is told yes; the gateway decides as before, and who is disabled is refused at once, by both', async () => {
    const { at } = apart;
    await at.kill('decision-point');
    expect(await decided('mine')).toBeUndefined();
    expect([await status('/Patient/mine'), await status('/Patient/other')]).toEqual([200, 404]);
    const { people } = await apart.administer('GET', '/people');
    const { id } = people.find((one: any) => one.username === 'doc');
    await apart.administer('POST', `/people/${id}/disable`);
    expect(await status('/Patient/mine')).toBe(401);
    await at.start('decision-point');
    expect(await decided('mine')).not.toBe(true);
    await apart.administer('POST', `/people/${id}/enable`);
    expect([await decided('mine'), await decided('other')]).toEqual([true, false]);
  }, 120_000);

  test('the gateway: nothing is served past it; sign-in, decisions and the trail go on', async () => {
    const { at } = apart;
    const token = await apart.reader.token('system/AuditEvent.rs');
    const seen = async () => (await apart.ask(`${at.audit}/AuditEvent?patient=mine&_count=200`, token)).body.entry.length;
    const before = await seen();
    await at.kill('gateway');
    expect(await status('/Patient/mine')).toBe('refused');
    expect((await fetch(`${at.ward.server.url}/Patient/mine`)).status).toBe(401);
    expect(typeof (await apart.signIn())).toBe('string');
    expect(await decided('mine')).toBe(true);
    // The decision about this patient was recorded too.
    await vi.waitFor(async () => expect(await seen()).toBeGreaterThan(before), patience);
  }, 120_000);
});
