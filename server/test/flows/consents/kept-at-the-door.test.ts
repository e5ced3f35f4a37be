// biome-ignore-all lint/suspicious/noExplicitAny: answers are looked into by tests.
/** consents kept in Fireguard, at the FHIR door, beside none or some of the upstream. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packagedPolicies } from '../../../src/config/load-policies.ts';
import type { ConsentsSettings } from '../../../src/consents/config.ts';
import { type House, type HouseClient, house } from '../admin/house.ts';
import { ward } from '../gateway/ward.ts';
import { registerBackend } from '../whole/backend.ts';
import { consentPolicies, optOut } from './policies.ts';

const redirectUris = ['https://app.example/back'];
const app: HouseClient = { client_id: 'ward-app', kind: 'public', redirect_uris: redirectUris, scope: 'user/*.cruds' };

interface Place {
  readonly it: House;
  readonly doctor: string;
  readonly office: string;
  readonly patient: string;
  /** At the FHIR door. */
  ask(method: string, target: string, token: string, body?: unknown, headers?: Record<string, string>): Promise<Asked>;
  /** Ids of a search, page after page; how many pages. */
  all(target: string, token: string): Promise<{ ids: string[]; pages: number; totals: (number | undefined)[] }>;
}

type Asked = { status: number; body: any; text: string; headers: Headers };

async function place(
  consents: Partial<ConsentsSettings>,
  upstreamHas: readonly object[] = [],
  policies = consentPolicies(),
): Promise<Place & { upstreamRaw(path: string): Promise<string> }> {
  const behind = await ward();
  for (const one of upstreamHas) await behind.put(one as any);
  const it = await house(mkdtempSync(path.join(tmpdir(), 'fireguard-house-')), {
    consents,
    policies: { files: [policies] },
    upstream: {
      url: behind.server.url,
      credentials: { bearer: 'only-the-gateway-knows-this' },
      dialect: 'demo',
      exclusive: true,
    },
  });
  await it.call('POST', '/admin/clients', { id: 'ward-app', name: 'Ward app', kind: 'public', redirectUris, scope: app.scope });
  const person = async (username: string, role: string, fhirUser: string) => {
    await it.call('POST', '/admin/people', { username, name: username, roles: [role], fhirUser, password: 'a long password' });
    return it.token(username, 'a long password', app, 'user/*.cruds');
  };
  const doctor = await person('doc', 'physician', 'Practitioner/doc');
  const patient = await person('pat', 'patient', 'Patient/mine');
  const office = await (await registerBackend(it.issuer, it.running.adminToken!, ['consent-office'])).token(
    'system/Consent.cruds',
  );
  const ask: Place['ask'] = async (method, target, token, body, headers = {}) => {
    const answer = await fetch(target.startsWith('http') ? target : it.fhir + target, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/fhir+json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text), text, headers: answer.headers };
  };
  return {
    it: { ...it, close: () => it.close().then(() => behind.server.close()) },
    doctor,
    office,
    patient,
    ask,
    async all(target, token) {
      const [ids, totals]: [string[], (number | undefined)[]] = [[], []];
      let pages = 0;
      for (let next: string | undefined = target; next !== undefined; pages++) {
        const { status, body, text } = await ask('GET', next, token);
        expect(status, text).toBe(200);
        for (const one of body.entry ?? []) if (one.search?.mode === 'match') ids.push(one.resource.id);
        totals.push(body.total);
        next = body.link?.find((one: any) => one.relation === 'next')?.url;
      }
      return { ids, pages, totals };
    },
    upstreamRaw: (where) => behind.raw(where),
  };
}

describe('kept in Fireguard alone', () => {
  let at: Awaited<ReturnType<typeof place>>;
  beforeAll(async () => {
    at = await place({ from: ['fireguard'] }, [{ ...optOut('other'), id: 'not-heeded' }]);
  }, 120_000);
  afterAll(() => at?.it.close());

  test('R-026 R-112 created, changed and taken back at the FHIR door by those who may; each holds with the next request', async () => {
    const { ask, office, doctor } = at;
    expect((await ask('GET', '/Observation/mine-1', doctor)).status).toBe(200);
    const made = await ask('POST', '/Consent', office, optOut('mine'));
    expect(made.status, made.text).toBe(201);
    expect(made.headers.get('location')).toMatch(new RegExp(`^${at.it.fhir}/Consent/[0-9a-f-]{36}/_history/1$`));
    expect(made.body.meta).toMatchObject({ versionId: '1' });
    const { id } = made.body;
    expect((await ask('GET', '/Observation/mine-1', doctor)).status).toBe(404);
    // Nothing of it is upstream.
    expect(JSON.parse(await at.upstreamRaw('Consent')).entry).toHaveLength(1);

    const permit = { ...optOut('mine', { provision: { type: 'permit' } }), id };
    expect((await ask('PUT', `/Consent/${id}`, office, permit, { 'if-match': 'W/"7"' })).status).toBe(412);
    const changed = await ask('PUT', `/Consent/${id}`, office, permit, { 'if-match': 'W/"1"' });
    expect(changed.status, changed.text).toBe(200);
    expect(changed.headers.get('etag')).toBe('W/"2"');
    expect((await ask('GET', '/Observation/mine-1', doctor)).status).toBe(200);

    const patched = await fetch(`${at.it.fhir}/Consent/${id}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${office}`, 'content-type': 'application/json-patch+json' },
      body: JSON.stringify([{ op: 'replace', path: '/provision/type', value: 'deny' }]),
    });
    expect(patched.status, await patched.text()).toBe(200);
    expect((await ask('GET', '/Observation/mine-1', doctor)).status).toBe(404);

    expect((await ask('DELETE', `/Consent/${id}`, office)).status).toBe(204);
    expect((await ask('GET', '/Observation/mine-1', doctor)).status).toBe(200);
    expect([404, 410]).toContain((await ask('GET', `/Consent/${id}`, office)).status);
    const first = await ask('GET', `/Consent/${id}/_history`, office);
    expect(first.status, first.text).toBe(200);
    expect(first.body.entry.map((one: any) => [one.request.method, one.resource?.provision.type])).toEqual([
      ['DELETE', undefined],
      ['PUT', 'deny'],
      ['PUT', 'permit'],
      ['PUT', 'deny'],
    ]);
  });

  test('policy decides: a physician may do nothing with them, a patient read their own', async () => {
    const { ask, office, doctor, patient } = at;
    expect((await ask('POST', '/Consent', doctor, optOut('mine'))).status).toBe(403);
    expect((await ask('POST', '/Consent', patient, optOut('mine', { provision: { type: 'permit' } }))).status).toBe(403);
    const mine = (await ask('POST', '/Consent', office, optOut('mine', { provision: { type: 'permit' } }))).body.id;
    const other = (await ask('POST', '/Consent', office, optOut('other'))).body.id;
    expect((await ask('GET', `/Consent/${mine}`, doctor)).status).toBe(403);
    expect((await ask('GET', `/Consent/${mine}`, patient)).body.id).toBe(mine);
    expect((await ask('GET', `/Consent/${mine}/_history/1`, patient)).body.id).toBe(mine);
    const hidden = await ask('GET', `/Consent/${other}`, patient);
    const absent = await ask('GET', '/Consent/none', patient);
    expect([hidden.status, hidden.text]).toEqual([404, absent.text]);
    expect((await at.all('/Consent', patient)).ids).toEqual([mine]);
    await ask('DELETE', `/Consent/${other}`, office);
    await ask('DELETE', `/Consent/${mine}`, office);
  });

  test('R-026 what could not be enforced is refused with the reason, and nothing is kept of it', async () => {
    const { ask, office } = at;
    const half = await ask('POST', '/Consent', office, optOut('mine', { provision: { type: 'deny', expression: [{}] } }));
    expect(half.status).toBe(422);
    expect(half.text).toContain('(expression)');
    const mixed = await ask('POST', '/Consent', office, optOut('mine', { provision: {} }));
    expect([mixed.status, mixed.text]).toEqual([422, expect.stringContaining('its decision cannot be told')]);
    const nobody = await ask('POST', '/Consent', office, { ...optOut('mine'), patient: { display: 'Ann' } });
    expect(nobody.status).not.toBe(201);
    expect((await at.all('/Consent', office)).ids).toEqual([]);
  });

  test('search: patient, status, date, sort, paging and totals; the upstream’s own are neither heeded nor served', async () => {
    const { ask, office } = at;
    const ids: string[] = [];
    for (const [patient, day] of [
      ['mine', '03'],
      ['other', '01'],
      ['mine', '02'],
      ['other', '05'],
      ['mine', '04'],
    ] as const) {
      const made = await ask(
        'POST',
        '/Consent',
        office,
        optOut(patient, { dateTime: `2026-02-${day}`, provision: { type: 'permit' } }),
      );
      ids.push(made.body.id);
    }
    const [a, b, c, d, e] = ids;
    expect((await at.all('/Consent', office)).ids.sort()).toEqual([...ids].sort());
    expect((await at.all('/Consent?patient=Patient/mine&_sort=date', office)).ids).toEqual([c, a, e]);
    const paged = await at.all('/Consent?_sort=-date&_count=2', office);
    expect([paged.ids, paged.pages]).toEqual([[d, e, a, c, b], 3]);
    expect((await at.all('/Consent?date=ge2026-02-04&_sort=date', office)).ids).toEqual([e, d]);
    expect((await at.all(`/Consent?_id=${a},${b}&_sort=date`, office)).ids).toEqual([b, a]);
    expect((await ask('GET', '/Consent?_summary=count', office)).body.total).toBe(5);
    expect((await at.all('/Consent?status=inactive', office)).ids).toEqual([]);
    expect((await at.all('/Patient/mine/Consent?_sort=date', office)).ids).toEqual([c, a, e]);
    expect((await ask('GET', '/Consent/not-heeded', office)).status).toBe(404);
    const history = await ask('GET', '/Consent/_history?_count=3', office);
    expect(history.body.entry.map((one: any) => one.resource.id)).toEqual([e, d, c]);
    // The patient of the upstream's opt-out is open all the same.
    expect((await ask('GET', '/metadata', office)).body.rest[0].resource.some((one: any) => one.type === 'Consent')).toBe(true);
    for (const id of ids) expect((await ask('DELETE', `/Consent/${id}`, office)).status).toBe(204);
  });

  test('a transaction, which is one write of the server behind, takes none; a batch does', async () => {
    const { ask, office } = at;
    const bundle = (type: string) => ({
      resourceType: 'Bundle',
      type,
      entry: [{ resource: optOut('other'), request: { method: 'POST', url: 'Consent' } }],
    });
    const refused = await ask('POST', '/', office, bundle('transaction'));
    expect([refused.status, refused.text]).toEqual([405, expect.stringContaining('not written in transactions')]);
    const batch = await ask('POST', '/', office, bundle('batch'));
    expect(batch.body.entry[0].response.status).toMatch(/^201/);
    expect((await at.all('/Consent', office)).ids).toHaveLength(1);
    expect(JSON.parse(await at.upstreamRaw('Consent')).entry).toHaveLength(1);
  });

  test('R-123 each is in the audit: the intent before, the outcome after', async () => {
    const records = await at.it.records();
    const creates = records.filter((one) => one.type === 'Consent' && one.action === 'create');
    expect(creates.some((one) => one.kind === 'intent')).toBe(true);
    expect(creates.some((one) => one.kind !== 'intent' && one.outcome === 'permit' && one.status === 201)).toBe(true);
    expect(creates.some((one) => one.outcome === 'deny')).toBe(true);
  });
});

describe('beside those of the upstream', () => {
  const upstream = ['b', 'd', 'f'].map((id, at) => ({
    ...optOut('mine', { dateTime: `2026-03-0${2 * at + 2}`, provision: { type: 'permit' } }),
    id,
  }));
  let at: Awaited<ReturnType<typeof place>>;
  beforeAll(async () => {
    at = await place({ created: 'fireguard' }, upstream);
  }, 120_000);
  afterAll(() => at?.it.close());

  test('R-111 one list of both in one order, page by page, each once', async () => {
    const { ask, office } = at;
    const keep = (id: string, day: number) =>
      ask('PUT', `/Consent/${id}`, office, {
        ...optOut('mine', { dateTime: `2026-03-0${day}`, provision: { type: 'permit' } }),
        id,
      });
    for (const [id, day] of [
      ['e', 5],
      ['a', 1],
      ['c', 3],
      ['g', 7],
    ] as const)
      expect((await keep(id, day)).status).toBe(201);
    const all = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    for (const sort of ['date', '_id']) {
      for (const count of [1, 2, 3, 50])
        expect((await at.all(`/Consent?_sort=${sort}&_count=${count}`, office)).ids, `${sort} ${count}`).toEqual(all);
      expect((await at.all(`/Consent?_sort=-${sort}&_count=2`, office)).ids).toEqual([...all].reverse());
    }
    expect((await at.all('/Consent?_count=2', office)).ids.sort()).toEqual(all);
    expect((await at.all('/Consent?patient=other', office)).ids).toEqual([]);
    expect((await ask('GET', '/Consent?_summary=count', office)).body.total).toBe(7);
    const history = await ask('GET', '/Consent/_history', office);
    expect(history.body.entry.map((one: any) => one.resource.id)).toEqual(['g', 'c', 'a', 'e', 'f', 'd', 'b']);
  });

  test('each is changed where it is kept', async () => {
    const { ask, office } = at;
    for (const id of ['b', 'c']) {
      const { body } = await ask('GET', `/Consent/${id}`, office);
      const changed = await ask('PUT', `/Consent/${id}`, office, { ...body, status: 'inactive' });
      expect(changed.status, changed.text).toBe(200);
    }
    expect(JSON.parse(await at.upstreamRaw('Consent/b')).status).toBe('inactive');
    expect((await ask('GET', '/Consent/c', office)).body).toMatchObject({ status: 'inactive', meta: { versionId: '2' } });
    expect(await at.upstreamRaw('Consent/c')).toContain('OperationOutcome');
    expect((await at.all('/Consent?status=inactive&_sort=_id', office)).ids).toEqual(['b', 'c']);
  });
});

describe('under the policies that come along', () => {
  let at: Awaited<ReturnType<typeof place>>;
  beforeAll(async () => {
    at = await place({ from: ['fireguard'] }, [], packagedPolicies);
  }, 120_000);
  afterAll(() => at?.it.close());
  const own = (patient: string, who: string, more: object = {}) =>
    optOut(patient, { performer: [{ reference: who }], ...more });

  test('R-026 R-112 patients object, and take it back; nobody else does it for them by the way', async () => {
    const { ask, doctor, patient } = at;
    expect((await ask('GET', '/Observation/mine-1', doctor)).status).toBe(200);
    for (const [token, consent] of [
      [patient, own('other', 'Patient/mine')],
      [patient, own('mine', 'Practitioner/doc')],
      [doctor, own('mine', 'Practitioner/doc')],
    ] as const)
      expect((await ask('POST', '/Consent', token, consent)).status).toBe(403);

    const made = await ask('POST', '/Consent', patient, own('mine', 'Patient/mine'));
    expect(made.status, made.text).toBe(201);
    const { id } = made.body;
    expect((await ask('GET', '/Observation/mine-1', doctor)).status).toBe(404);
    expect((await ask('GET', '/Observation/mine-1', patient)).status).toBe(200);
    expect((await ask('DELETE', `/Consent/${id}`, patient)).status).toBe(403);
    const withdrawn = { ...own('mine', 'Patient/mine', { status: 'inactive' }), id };
    expect((await ask('PUT', `/Consent/${id}`, patient, withdrawn)).status).toBe(200);
    expect((await ask('GET', '/Observation/mine-1', doctor)).status).toBe(200);
  });
});
