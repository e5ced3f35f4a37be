/** Topology 3: the door that takes the request and then the responses gives what the gateway gives, to the byte. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ClientRequest, carryOut, KEY, OTHER_KEY, type Place, place } from './place.ts';

let here: Place;
beforeAll(async () => {
  here = await place({
    policies: [
      {
        policySet: 'door-tests',
        version: 1,
        combining: 'deny-overrides',
        rules: [
          {
            id: 'physicians-treat',
            description: 'A physician may read and write the record of a patient in their care.',
            effect: 'permit',
            caller: { roles: ['physician'], relations: ['general-practitioner'] },
            interactions: { group: ['C', 'R', 'U', 'D', 'E'] },
            resources: { categories: ['patient'] },
            mask: ['Observation.note'],
          },
          {
            id: 'directory',
            description: 'Physicians read the directory.',
            effect: 'permit',
            caller: { roles: ['physician'] },
            interactions: { group: ['R', 'E'] },
            resources: { categories: ['business', 'individual'] },
          },
        ],
      },
    ],
  });
  for (const patient of ['mine', 'other'])
    await here.ward.put({
      resourceType: 'Observation',
      id: `${patient}-noted`,
      status: 'final',
      code: { text: 'a "quoted" ünïcode' },
      subject: { reference: `Patient/${patient}` },
      note: [{ text: 'between us' }],
    });
});
afterAll(() => here?.close());

const steady = (text: string) =>
  text
    // The second in which each was written.
    .replaceAll(/[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]{8} GMT/g, '…')
    .replaceAll(/_cursor=[A-Za-z0-9_-]+/g, '_cursor=…')
    .replaceAll(/"(timestamp|lastUpdated)":"[^"]+"/g, '"$1":"…"')
    .replaceAll(/"id":"[0-9a-f-]{36}"/g, '"id":"…"')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '…');

async function both(request: ClientRequest) {
  const headers = { authorization: `Bearer ${here.gateway.token()}`, 'x-request-id': 'same', ...request.headers };
  const direct = await fetch(here.gateway.base + request.target, { ...request, headers });
  const gateway = {
    status: direct.status,
    headers: [...direct.headers].filter(
      ([name]) => !['date', 'connection', 'keep-alive', 'content-length', 'transfer-encoding'].includes(name),
    ),
    body: await direct.text(),
  };
  const { body = '', ...rest } = await carryOut(here, { ...request, headers });
  const door = {
    ...rest,
    headers: rest.headers
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => name !== 'content-length')
      .sort(([one], [other]) => (one < other ? -1 : 1)),
    body,
  };
  const sorted = { ...gateway, headers: gateway.headers.sort(([one], [other]) => (one < other ? -1 : 1)) };
  return [sorted, door].map((answer) => ({
    ...answer,
    headers: JSON.parse(steady(JSON.stringify(answer.headers))),
    body: steady(answer.body),
  }));
}

const reads = [
  '/metadata',
  '/Patient/mine',
  '/Patient/other',
  '/Patient/none',
  '/Patient/mine/_history/1',
  '/Patient/mine/_history',
  '/Observation/mine-noted',
  '/Observation/other-noted',
  '/Observation?_count=2',
  '/Observation?subject=Patient/mine&_include=Observation:subject',
  '/Observation?subject:Patient.name=Lindqvist',
  '/Patient?_has:Observation:subject:code=8867-4',
  '/Patient/mine/$everything',
  '/Practitioner?name=Adebayo&_total=accurate',
  '/Observation/mine-1?_elements=status',
  '/Patient?nonsense=1',
  '/Nonsense/1',
  '/Observation/mine-1?_format=xml',
];

describe('R-004 R-009 to the byte what the gateway answers', () => {
  test.each(reads)('GET %s', async (target) => {
    const [gateway, door] = await both({ method: 'GET', target });
    expect(door).toEqual(gateway);
  });

  const note = '{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/mine"}}';
  const json = { 'content-type': 'application/fhir+json' };
  const writes: readonly [string, ClientRequest][] = [
    ['create', { method: 'POST', target: '/Observation', headers: json, body: note }],
    [
      'create about another',
      { method: 'POST', target: '/Observation', headers: json, body: note.replace('Patient/mine', 'Patient/other') },
    ],
    [
      'update',
      {
        method: 'PUT',
        target: '/Patient/mine',
        headers: json,
        body: '{"resourceType":"Patient","id":"mine","name":[{"family":"Lindqvist"}],"generalPractitioner":[{"reference":"Practitioner/doc"}],"gender":"female"}',
      },
    ],
    [
      'update of another',
      { method: 'PUT', target: '/Patient/other', headers: json, body: '{"resourceType":"Patient","id":"other"}' },
    ],
    [
      'patch',
      {
        method: 'PATCH',
        target: '/Observation/mine-2',
        headers: { 'content-type': 'application/json-patch+json' },
        body: '[{"op":"replace","path":"/status","value":"amended"}]',
      },
    ],
    ['malformed', { method: 'POST', target: '/Observation', headers: json, body: '{"resourceType":' }],
    [
      'search by form',
      {
        method: 'POST',
        target: '/Observation/_search',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'subject=Patient/mine',
      },
    ],
    [
      'batch',
      {
        method: 'POST',
        target: '',
        headers: json,
        body: '{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Patient/mine"}},{"request":{"method":"GET","url":"Patient/other"}}]}',
      },
    ],
    ['delete of another', { method: 'DELETE', target: '/Observation/other-1' }],
  ];
  test.each(writes)('%s', async (_, request) => {
    const [gateway, door] = await both(request);
    const steadyVersions = (answer: object | undefined) =>
      JSON.parse(JSON.stringify(answer).replaceAll(/(versionId\\":\\"|W\/\\"|_history\/)\d+/g, '$1…'));
    expect(steadyVersions(door)).toEqual(steadyVersions(gateway));
  });
});

test('I4 the intent of a write is on record before it is handed out, and its end before the answer', async () => {
  const { audit } = here.gateway;
  const before = audit.records.length;
  const headers = { authorization: `Bearer ${here.gateway.token()}`, 'content-type': 'application/fhir+json' };
  const body = '{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/mine"}}';
  const told = await carryOut(here, { method: 'POST', target: '/Observation', headers, body });
  expect(told.status).toBe(201);
  const [intent, end] = audit.records.slice(before);
  expect(intent).toMatchObject({ kind: 'intent', outcome: 'unknown' });
  expect(end).toMatchObject({ kind: 'request', outcome: 'permit', intent: intent!.id });
  expect(end!.reason).toContain('Asked through the door his.');
});

describe('attacks', () => {
  const request = { method: 'GET', target: '/Patient/mine' };

  test('without a key nothing is told, not even what is wrong', async () => {
    for (const authorization of ['', 'Bearer x', `Bearer ${'z'.repeat(40)}`, `Basic ${KEY}`]) {
      const answer = await here.ask('/access/fhir', '{', { authorization });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toContain('Bearer');
    }
  });

  test('the key of the door is not a token of a person', async () => {
    const told = await carryOut(here, { ...request, headers: { authorization: `Bearer ${KEY}` } });
    expect(told.status).toBe(401);
  });

  test('a handle is good for one step, and for the door that was given it', async () => {
    const headers = { authorization: `Bearer ${here.gateway.token()}` };
    const begun = await (await here.ask('/access/fhir', { request: { ...request, headers } })).json();
    const brought = {
      status: 404,
      headers: { 'content-type': 'application/fhir+json' },
      body: '{"resourceType":"OperationOutcome","issue":[]}',
    };
    const strange = await here.ask(`/access/fhir/${begun.handle}`, brought, { authorization: `Bearer ${OTHER_KEY}` });
    expect(strange.status).toBe(404);
    expect((await here.ask(`/access/fhir/${begun.handle}`, brought)).status).toBe(200);
    expect((await here.ask(`/access/fhir/${begun.handle}`, brought)).status).toBe(404);
  });

  test('an answer that is not what was asked for opens nothing', async () => {
    const headers = { authorization: `Bearer ${here.gateway.token()}` };
    for (const body of [
      await here.ward.raw('Patient/other'),
      await here.ward.raw('Observation/mine-1'),
      '<html/>',
      '{"resourceType":"Patient"',
    ]) {
      const begun = await (await here.ask('/access/fhir', { request: { ...request, headers } })).json();
      const told = await (
        await here.ask(`/access/fhir/${begun.handle}`, {
          status: 200,
          headers: { 'content-type': 'application/fhir+json' },
          body,
        })
      ).json();
      expect(told.step).toBe('answer');
      expect(told.response.status).toBeGreaterThanOrEqual(400);
      expect(told.response.body).not.toContain('Okafor');
    }
  });

  test('a subject beside a credential is refused', async () => {
    const headers = { authorization: `Bearer ${here.gateway.token()}` };
    const answer = await here.ask('/access/fhir', { request: { ...request, headers }, subject: { type: 'user', id: 'p1' } });
    expect(answer.status).toBe(400);
  });

  test('a server may settle who asks by itself, for people known here and within its scopes', async () => {
    const asDoctor = await carryOut(here, request, { subject: { type: 'user', id: 'doc' } });
    expect(asDoctor.status).toBe(200);
    expect((await carryOut(here, request, { subject: { type: 'user', id: 'gone' } })).status).toBe(401);
    expect(
      (await carryOut(here, request, { subject: { type: 'user', id: 'nobody', properties: { roles: ['physician'] } } })).status,
    ).toBe(401);
    const narrow = await carryOut(here, request, {
      subject: { type: 'user', id: 'doc' },
      context: { scope: 'user/Observation.r' },
    });
    expect(narrow.status).toBe(403);
  });

  test('R-195 the most that is asked for counts where a server settles who asks, whichever way it is said', async () => {
    const doctor = { subject: { type: 'user', id: 'doc' } };
    const one = { method: 'GET', target: '/Observation/mine-1' };
    const most = (code: string) => ({
      ...one,
      headers: {
        Category: `http://terminology.hl7.org/CodeSystem/v3-Confidentiality#${code}; scheme="http://hl7.org/fhir/tag/security"`,
      },
    });
    const context = (code: string) => ({ ...doctor, context: { confidentiality_code: code } });
    expect((await carryOut(here, most('N'), doctor)).status).toBe(200);
    expect((await carryOut(here, most('L'), doctor)).status).toBe(404);
    expect((await carryOut(here, one, context('L'))).status).toBe(404);
    expect((await carryOut(here, most('V'), context('L'))).status).toBe(404);
    expect((await carryOut(here, most('L'), context('V'))).status).toBe(404);
  });

  test('when the record cannot be made, nothing leaves', async () => {
    here.gateway.audit.broken = true;
    try {
      const told = await carryOut(here, { ...request, headers: { authorization: `Bearer ${here.gateway.token()}` } });
      expect(told.status).toBe(503);
      expect(told.body).not.toContain('Lindqvist');
    } finally {
      here.gateway.audit.broken = false;
    }
  });
});
