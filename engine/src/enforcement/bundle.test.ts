import { describe, expect, test, vi } from 'vitest';
import { type Asked, ask, ourBase, type Setting } from '../../test/host.ts';
import { hidden, type TestPolicies, unlabelled } from '../../test/permits.ts';
import { SmallUpstream } from '../../test/small-upstream.ts';

vi.mock('../decision/decide.ts', async () => ({ decide: (await import('../../test/permits.ts')).decideByTable }));

const open: TestPolicies = { '*': { sees: unlabelled } };
const observation = (id: string | undefined, more: object = {}) => ({
  resourceType: 'Observation',
  ...(id === undefined ? {} : { id }),
  status: 'final',
  code: { text: 'weight' },
  subject: { reference: 'Patient/p' },
  ...more,
});
const stored = (id: string, meta: object = {}, more: object = {}) =>
  observation(id, { meta: { versionId: '3', ...meta }, ...more });
const patient = (id: string | undefined, family: string, meta?: object) => ({
  resourceType: 'Patient',
  ...(id === undefined ? {} : { id }),
  ...(meta === undefined ? {} : { meta }),
  name: [{ family }],
});

function setting(policies: TestPolicies = open): Setting & { upstream: SmallUpstream } {
  const resources = [
    stored('seen'),
    stored('hidden', hidden),
    patient('p', 'Seen', { versionId: '1' }),
    patient('q', 'Hidden', { versionId: '1', ...hidden }),
  ];
  return { upstream: new SmallUpstream(resources), policies };
}

interface Entry {
  readonly request: { readonly method: string; readonly url: string; readonly [more: string]: string };
  readonly resource?: object;
  readonly fullUrl?: string;
}

const post = (type: 'batch' | 'transaction', ...entry: readonly Entry[]): Asked => ({
  method: 'POST',
  target: '/',
  body: { resourceType: 'Bundle', type, entry },
});
const get = (url: string): Entry => ({ request: { method: 'GET', url } });
const create = (resource: { resourceType: string } & object, more: object = {}, fullUrl?: string): Entry => ({
  request: { method: 'POST', url: resource.resourceType, ...more },
  resource,
  ...(fullUrl === undefined ? {} : { fullUrl }),
});
const put = (id: string, more: object = {}, conditions: object = {}): Entry => ({
  request: { method: 'PUT', url: `Observation/${id}`, ...conditions },
  resource: observation(id, more),
});
const remove = (id: string): Entry => ({ request: { method: 'DELETE', url: `Observation/${id}` } });
const statuses = (json: { entry: { response: { status: string } }[] }) => json.entry.map(({ response }) => response.status);
const writes = (one: Setting) => one.upstream.log.filter((line) => !line.startsWith('GET'));

describe('batch', () => {
  test('R-086 R-104 each entry is answered as it would be alone, in its order', () => {
    const entries = [get('Observation/seen'), get('Observation/hidden'), get('Observation/none'), get('Observation?_id=seen')];
    const { status, json } = ask(setting(), post('batch', ...entries));
    expect([status, json.type, statuses(json)]).toEqual([200, 'batch-response', ['200', '404', '404', '200']]);
    for (const [index, entry] of entries.entries()) {
      const alone = ask(setting(), { target: `/${entry.request.url}` });
      const { resource, response } = json.entry[index];
      expect(resource ?? response.outcome).toEqual(alone.json);
    }
    expect(json.entry[1]).toEqual(json.entry[2]);
  });

  test('a Binary is a resource in it, never its content', () => {
    const one = setting();
    one.upstream.put({ resourceType: 'Binary', id: 'b', meta: { versionId: '1' }, contentType: 'text/plain', data: 'eA==' });
    const asked = (accept: string): Asked => ({
      ...post('batch', get('Binary/b'), get('Observation/none')),
      headers: { accept },
    });
    const { json } = ask(one, asked('text/plain, application/fhir+json;q=0.1'));
    expect(json.entry[0].resource).toMatchObject({ contentType: 'text/plain', data: 'eA==' });
  });

  test('one that fails leaves the others alone', () => {
    const one = setting();
    one.upstream.misbehave = ({ path }) => (path === 'Observation/seen' ? { status: 500 } : undefined);
    const { json, outcome } = ask(one, post('batch', get('Observation/seen'), create(observation(undefined)), put('hidden')));
    expect(statuses(json)).toEqual(['503', '201', '405']);
    expect(json.entry[1].response.location).toBe(`${ourBase}/Observation/new-1/_history/1`);
    expect(outcome!.disclosure.resources).toEqual(['Observation/new-1/_history/1']);
    expect(outcome!.decision.reason).toContain('1 of 3 entries');
    expect(outcome!.decision.reason).toContain('update Observation/hidden');
  });

  test('hardening B5-72 nothing is sent as a Bundle, and a stranger gets nothing', () => {
    const one = setting();
    ask(one, post('batch', get('Observation/seen'), remove('seen')));
    expect(one.upstream.log).toEqual(['GET Observation/seen', 'GET Observation/seen', 'DELETE Observation/seen']);
    const anonymous = { kind: 'anonymous', token: undefined, user: undefined } as const;
    expect(ask({ ...setting(), caller: anonymous }, post('batch', get('Observation/seen'))).status).toBe(401);
  });
});

describe('transaction', () => {
  test('R-079 is sent as one, each entry with the version that it was decided on', () => {
    const one = setting();
    one.upstream.put(stored('other'));
    const { json, sent, outcome } = ask(
      one,
      post('transaction', create(observation(undefined)), put('seen', { status: 'amended' }), remove('other')),
    );
    expect(statuses(json)).toEqual(['201', '200', '204']);
    const transaction = sent.filter(({ writes }) => writes);
    expect(transaction.map(({ method, path, about }) => [method, path, about])).toEqual([
      ['POST', '', ['Observation', 'Observation/seen', 'Observation/other']],
    ]);
    const { entry } = JSON.parse(new TextDecoder().decode(transaction[0]!.body));
    expect(entry.map((each: Entry) => each.request)).toEqual([
      { method: 'POST', url: 'Observation' },
      { method: 'PUT', url: 'Observation/seen', ifMatch: 'W/"3"' },
      { method: 'DELETE', url: 'Observation/other', ifMatch: 'W/"3"' },
    ]);
    expect(outcome!.disclosure.resources).toEqual([
      'Observation/new-1/_history/1',
      'Observation/seen/_history/2',
      'Observation/other/_history/3',
    ]);
  });

  test('R-086 one entry that may not be done refuses the whole, alike for hidden and absent', () => {
    for (const entry of [put, remove]) {
      const one = setting();
      const [onHidden, onAbsent] = ['hidden', 'none'].map((id) =>
        ask(one, post('transaction', create(observation(undefined)), entry(id))),
      );
      expect([onHidden!.status, onHidden!.text]).toEqual([onAbsent!.status, onAbsent!.text]);
      expect(onHidden!.status).toBeGreaterThanOrEqual(400);
      expect(writes(one)).toEqual([]);
    }
  });

  test('entries point to each other, also to a patient who is not there yet', () => {
    const one = setting({ '*': { sees: ({ patients }) => patients.length === 1, needs: { relations: true, consents: true } } });
    const [mother, weight] = ['urn:uuid:6c37a9e2-6a26-4a7e-9f2e-000000000001', 'urn:uuid:6c37a9e2-6a26-4a7e-9f2e-000000000002'];
    const { json, outcome, rounds, sent } = ask(
      one,
      post(
        'transaction',
        create(observation(undefined, { subject: { reference: mother }, hasMember: [{ reference: weight }] })),
        create(patient(undefined, 'New'), {}, mother),
        create(observation(undefined, { subject: { reference: mother } }), {}, weight),
      ),
    );
    expect(statuses(json)).toEqual(['201', '201', '201']);
    expect(json.entry[0].resource).toMatchObject({
      subject: { reference: 'Patient/new-2' },
      hasMember: [{ reference: 'Observation/new-3' }],
    });
    expect(outcome!.disclosure.patients).toEqual(['new-2']);
    expect(JSON.stringify(rounds)).not.toContain('fireguard-new');
    expect(new TextDecoder().decode(sent.at(-1)!.body)).not.toMatch(/fireguard|6c37a9e2/);
  });

  test('hardening B4-54 B5-74 conditions are resolved first, by what is visible; what was found is not sent', () => {
    const one = setting();
    const link = 'urn:uuid:6c37a9e2-6a26-4a7e-9f2e-000000000001';
    const about = (family: string) =>
      post(
        'transaction',
        create(patient(undefined, family), { ifNoneExist: `family=${family}` }, link),
        create(observation(undefined, { subject: { reference: link } })),
      );
    const known = ask(one, about('Seen'));
    expect(statuses(known.json)).toEqual(['200', '201']);
    expect(known.json.entry[0].resource.id).toBe('p');
    expect(known.json.entry[1].resource.subject.reference).toBe('Patient/p');
    const secret = ask(one, about('Hidden'));
    expect(statuses(secret.json)).toEqual(['201', '201']);
    expect(new TextDecoder().decode(secret.sent.at(-1)!.body)).not.toMatch(/ifNoneExist|Patient\/q/);
  });

  test('hardening B4-57 conditional references are ours to resolve: none, hidden and several are 412', () => {
    const one = setting();
    one.upstream.put(patient('p2', 'Twice', { versionId: '1' }));
    one.upstream.put(patient('p3', 'Twice', { versionId: '1' }));
    const to = (family: string) =>
      ask(one, post('transaction', create(observation(undefined, { subject: { reference: `Patient?family=${family}` } }))));
    expect(['Hidden', 'Nobody', 'Twice'].map((family) => to(family).problem?.code)).toEqual([
      'no-match',
      'no-match',
      'several-matches',
    ]);
    expect(writes(one)).toEqual([]);
    expect(to('Seen').json.entry[0].resource.subject.reference).toBe('Patient/p');
  });

  test('R-086 two entries for one resource are refused, also when a condition leads there', () => {
    const conditional: Entry = { request: { method: 'PUT', url: 'Observation?_id=seen' }, resource: observation(undefined) };
    expect(ask(setting(), post('transaction', put('seen'), conditional)).problem?.code).toBe('resource-invalid');
  });

  test('hardening B5-75 reads are answered after the writes; searches and others are refused', () => {
    const { json } = ask(
      setting(),
      post('transaction', get('Observation/seen'), put('seen', { status: 'amended' }), get('Observation/hidden')),
    );
    expect(statuses(json)).toEqual(['200', '200', '404']);
    expect(json.entry[0].resource.status).toBe('amended');
    for (const url of ['Observation?code=x', 'Observation/seen/_history', '$meta'])
      expect(ask(setting(), post('transaction', get(url))).problem?.code).toBe('interaction-not-supported');
  });

  test('hardening B5-73 what the upstream refuses is one generic conflict, and nothing has happened', () => {
    const one = setting();
    one.upstream.before = ({ writes }) => writes && one.upstream.put(stored('seen', { versionId: '4' }));
    const { problem } = ask(one, post('transaction', create(observation(undefined)), put('seen')));
    expect([problem?.code, problem?.detail]).toEqual(['write-conflict', 'status 412']);
    expect(one.upstream.get('Observation/new-1')).toBeUndefined();
  });

  test.each([
    ['a name of ours', create(observation(undefined, { subject: { reference: 'Patient/fireguard-new-1' } }))],
    ['a urn of ours', create(observation(undefined), {}, 'urn:uuid:00000000-0000-4000-8000-000000000001')],
    ['the name of a stored resource', create(observation(undefined), {}, `${ourBase}/Patient/q`)],
    ['a relative name', create(observation(undefined), {}, 'Patient/q')],
  ])('%s is refused', (_, entry) => {
    expect(ask(setting(), post('transaction', entry)).problem?.code).toBe('resource-invalid');
  });

  test('is not served where the upstream has none', () => {
    const one = { ...setting(), dialect: { transactions: false } };
    expect(ask(one, post('transaction', put('seen'))).problem?.code).toBe('interaction-not-supported');
    expect(one.upstream.log).toEqual([]);
  });

  test('an odd answer is told as one, and not guessed at', () => {
    for (const body of ['<html>', '{"resourceType":"Bundle","type":"transaction-response"}', '{}']) {
      const one = setting();
      one.upstream.misbehave = ({ writes }) => (writes ? { status: 200, body: new TextEncoder().encode(body) } : undefined);
      expect(ask(one, post('transaction', put('seen'))).problem?.code).toBe('upstream-odd');
    }
  });
});

test('a patient can be registered, by whom a rule lets who needs no relation', () => {
  const policies: TestPolicies = {
    '*': { sees: ({ undetermined }) => !undetermined, needs: { relations: true, consents: true } },
  };
  const { status, outcome, rounds } = ask(setting(policies), {
    method: 'POST',
    target: '/Patient',
    body: patient(undefined, 'New'),
  });
  expect([status, outcome!.disclosure.patients]).toEqual([201, ['new-1']]);
  expect(JSON.stringify(rounds)).not.toContain('fireguard-new');
});

describe('hardening B4-69 X-Provenance', () => {
  const provenance = (who: string, more: object = {}) => ({
    'x-provenance': JSON.stringify({
      resourceType: 'Provenance',
      recorded: '2026-06-01T00:00:00Z',
      agent: [{ who: { reference: who } }],
      ...more,
    }),
  });
  const made = (headers: Record<string, string>, body: object = observation(undefined)): Asked => ({
    method: 'POST',
    target: '/Observation',
    body,
    headers,
  });

  test('is stored together with the write, its target said by us', () => {
    const one = setting();
    const { status, json, headers, sent } = ask(one, made(provenance('Practitioner/ada')));
    expect([status, json.id, headers['location']]).toEqual([201, 'new-1', `${ourBase}/Observation/new-1/_history/1`]);
    expect(sent.filter(({ writes }) => writes).map(({ path, about }) => [path, about])).toEqual([
      ['', ['Observation', 'Provenance']],
    ]);
    expect(one.upstream.get('Provenance/new-2')).toMatchObject({
      target: [{ reference: 'Observation/new-1' }],
      agent: [{ who: { reference: 'Practitioner/ada' } }],
    });
    const update: Asked = {
      method: 'PUT',
      target: '/Observation/seen',
      body: observation('seen'),
      headers: provenance('Practitioner/ada'),
    };
    expect(ask(one, update).status).toBe(200);
  });

  test('by others alone, with a target, or no Provenance is refused before anything is looked up', () => {
    const one = setting();
    for (const headers of [
      provenance('Practitioner/eve'),
      provenance('Practitioner/ada', { target: [{ reference: 'Observation/hidden' }] }),
      provenance('Practitioner/ada', { invented: 1 }),
      { 'x-provenance': '{"resourceType":"Patient"}' },
    ])
      expect(ask(one, made(headers)).problem?.code).toBe('resource-invalid');
    expect(ask(one, made({ 'x-provenance': '{' })).problem?.code).toBe('json-invalid');
    expect(ask(one, { target: '/Observation/seen', headers: provenance('Practitioner/ada') }).problem?.code).toBe(
      'parameter-invalid',
    );
    expect(one.upstream.log).toEqual([]);
  });

  test('what may not be written takes the other with it', () => {
    for (const policies of [
      { ...open, 'create Provenance': { refuse: 'forbidden' } },
      { ...open, 'create Observation': { sees: () => false } },
    ] as TestPolicies[]) {
      const one = setting(policies);
      expect(ask(one, made(provenance('Practitioner/ada'))).status).toBe(403);
      expect(writes(one)).toEqual([]);
    }
    const lone = { ...setting(), dialect: { transactions: false } };
    expect(ask(lone, made(provenance('Practitioner/ada'))).problem?.code).toBe('interaction-not-supported');
  });
});
