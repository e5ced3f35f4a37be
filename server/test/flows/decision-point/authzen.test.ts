/** AuthZEN Authorization API 1.0, from outside: shapes, semantics, errors, search, metadata, obligations; and the attacks on a door that speaks for others. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OTHER_KEY, type Place, place } from './place.ts';

let here: Place;
beforeAll(async () => {
  here = await place({
    policies: [
      {
        policySet: 'authzen-tests',
        version: 1,
        combining: 'deny-overrides',
        rules: [
          {
            id: 'physicians-treat',
            description: 'A physician may read and write the record of a patient in their care; notes stay inside.',
            effect: 'permit',
            caller: { roles: ['physician'], relations: ['general-practitioner'] },
            interactions: { group: ['C', 'R', 'U', 'D', 'E'] },
            resources: { categories: ['patient'] },
            mask: ['Condition.note'],
          },
          {
            id: 'patients-read-own',
            description: 'Patients may read their own record.',
            effect: 'permit',
            caller: { roles: ['patient'], relations: ['self'] },
            interactions: ['read', 'search'],
            resources: { categories: ['patient'] },
          },
          {
            id: 'research',
            description: 'For research, anybody may read.',
            effect: 'permit',
            caller: { roles: ['researcher'], purposes: ['HRESCH'] },
            interactions: ['read'],
            resources: { types: ['Practitioner'] },
          },
        ],
      },
    ],
  });
  await here.ward.put({
    resourceType: 'Condition',
    id: 'noted',
    code: { text: 'x' },
    subject: { reference: 'Patient/mine' },
    note: [{ text: 'between us' }],
  });
});
afterAll(() => here?.close());

const subject = { type: 'user', id: 'doc' };
const read = { name: 'read' };
const mine = { type: 'Observation', id: 'mine-1' };
const other = { type: 'Observation', id: 'other-1' };
const decide = async (question: object, headers?: Record<string, string>) => {
  const answer = await here.ask('/access/v1/evaluation', question, headers);
  expect(answer.status).toBe(200);
  return (await answer.json()) as { decision: boolean; context?: Record<string, unknown> };
};

describe('evaluation', () => {
  test('R-004 §6 a yes and a no are both 200, and each has its audit record', async () => {
    const yes = await decide({ subject, action: read, resource: mine });
    expect(yes).toEqual({ decision: true, context: { audit: expect.any(String) } });
    expect(here.gateway.audit.last).toMatchObject({ requestId: yes.context!['audit'], outcome: 'permit', action: 'read' });
    const no = await decide({ subject, action: read, resource: other });
    expect(no).toEqual({ decision: false, context: { audit: expect.any(String) } });
    expect(here.gateway.audit.last).toMatchObject({ requestId: no.context!['audit'], outcome: 'deny' });
  });

  test('hidden, absent, malformed and unknown look alike', async () => {
    const shapes = await Promise.all(
      [other, { type: 'Observation', id: 'none' }, { type: 'Nonsense', id: '1' }, { type: 'Observation', id: '../x' }].map(
        async (resource) => Object.keys(await decide({ subject, action: read, resource })),
      ),
    );
    for (const shape of shapes) expect(shape).toEqual(['decision', 'context']);
  });

  test.each([
    ['no subject', { action: read, resource: mine }, 400],
    ['no id', { subject: { type: 'user' }, action: read, resource: mine }, 400],
    [
      'a name twice',
      '{"subject":{"type":"user","id":"doc"},"subject":{"type":"user","id":"p1"},"action":{"name":"read"},"resource":{"type":"Observation","id":"mine-1"}}',
      400,
    ],
    ['no JSON', '{', 400],
    ['nothing', '', 400],
    ['an array', '[]', 400],
    ['a create without content', { subject, action: { name: 'create' }, resource: { type: 'Observation', id: '_new' } }, 400],
  ])('§10 %s is an error in words', async (_, question, status) => {
    const answer = await here.ask('/access/v1/evaluation', question);
    expect(answer.status).toBe(status);
    expect(typeof (await answer.json())).toBe('string');
  });

  test('unknown fields are ignored, the request id comes back', async () => {
    const answer = await here.ask(
      '/access/v1/evaluation',
      { subject, action: read, resource: mine, extra: 1 },
      { 'x-request-id': 'abc-1' },
    );
    expect(answer.headers.get('x-request-id')).toBe('abc-1');
    expect((await answer.json()).decision).toBe(true);
  });

  test('masks: a no, unless the one who asks says that it can mask; then an obligation', async () => {
    const question = { subject, action: read, resource: { type: 'Condition', id: 'noted' } };
    expect((await decide(question)).decision).toBe(false);
    expect(here.gateway.audit.last).toMatchObject({ outcome: 'deny', rules: ['physicians-treat', 'builtin:door'] });
    const obliged = await decide({ ...question, context: { supported_obligations: ['custom'] } });
    expect(obliged.decision).toBe(true);
    expect(obliged.context!['obligations']).toEqual([
      expect.objectContaining({
        type: 'custom',
        properties: {
          system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
          code: 'REDACT',
          parameters: { elements: ['note'] },
        },
      }),
    ]);
  });

  test('a search of a filtered type is a no, or each result must be asked for', async () => {
    const question = { subject, action: { name: 'search' }, resource: { type: 'Observation', id: '*' } };
    expect((await decide(question)).decision).toBe(false);
    const obliged = await decide({ ...question, context: { supported_obligations: ['custom'] } });
    expect(obliged).toMatchObject({
      decision: true,
      context: { obligations: [{ properties: { code: 'evaluate-each-result' } }] },
    });
  });

  test('writes: the content decides, nothing is written, and what would be rewritten is a no', async () => {
    const content = {
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'x' },
      subject: { reference: 'Patient/mine' },
    };
    const create = (resource: object) =>
      decide({ subject, action: { name: 'create' }, resource: { type: 'Observation', id: '_new', properties: { resource } } });
    const before = JSON.parse(await here.ward.raw('Observation?_summary=count')).total;
    expect((await create(content)).decision).toBe(true);
    expect((await create({ ...content, subject: { reference: 'Patient/other' } })).decision).toBe(false);
    const update = (id: string, resource: object) =>
      decide({ subject, action: { name: 'update' }, resource: { type: 'Observation', id, properties: { resource } } });
    expect((await update('mine-1', { ...content, id: 'mine-1' })).decision).toBe(true);
    expect((await update('other-1', { ...content, id: 'other-1' })).decision).toBe(false);
    // The stored note would be merged back: the server cannot do that by itself.
    const condition = { resourceType: 'Condition', id: 'noted', code: { text: 'x' }, subject: { reference: 'Patient/mine' } };
    const resource = { type: 'Condition', id: 'noted', properties: { resource: condition } };
    expect((await decide({ subject, action: { name: 'update' }, resource })).decision).toBe(false);
    expect((await decide({ subject, action: { name: 'delete' }, resource: mine })).decision).toBe(true);
    expect((await decide({ subject, action: { name: 'delete' }, resource: other })).decision).toBe(false);
    expect(JSON.parse(await here.ward.raw('Observation?_summary=count')).total).toBe(before);
  });

  test('what no door decides on is a no', async () => {
    for (const name of ['patch', 'transaction', '$everything', 'history', 'fly'])
      expect((await decide({ subject, action: { name }, resource: mine })).decision).toBe(false);
  });

  test('purpose of use counts as it does in a token', async () => {
    const question = {
      subject: { type: 'user', id: 'someone', properties: { roles: ['researcher'] } },
      action: read,
      resource: { type: 'Practitioner', id: 'doc' },
    };
    const trusted = { authorization: `Bearer ${OTHER_KEY}` };
    expect((await decide(question, trusted)).decision).toBe(false);
    for (const purpose_of_use of ['HRESCH', 'http://terminology.hl7.org/CodeSystem/v3-ActReason#HRESCH'])
      expect((await decide({ ...question, context: { purpose_of_use } }, trusted)).decision).toBe(true);
  });
});

describe('R-195 the most that is asked for', () => {
  const asking = async (confidentiality_code: unknown) =>
    (await decide({ subject, action: read, resource: mine, context: { confidentiality_code } })).decision;

  test('closes what is more confidential, and opens nothing', async () => {
    for (const most of ['N', 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality|R', ['V', 'N']])
      expect(await asking(most), String(most)).toBe(true);
    for (const least of ['L', 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality#U', ['V', 'L']])
      expect(await asking(least), String(least)).toBe(false);
    const theirs = { subject, action: read, resource: other, context: { confidentiality_code: 'V' } };
    expect((await decide(theirs)).decision).toBe(false);
  });

  test('is a no where it is not understood', async () => {
    for (const odd of ['X', 'http://example.org|N', '']) {
      const question = { subject, action: read, resource: mine, context: { confidentiality_code: odd } };
      const answer = await here.ask('/access/v1/evaluation', question);
      expect(answer.status === 200 ? ((await answer.json()) as { decision: boolean }).decision : false).toBe(false);
    }
  });
});

describe('attacks', () => {
  const asking = (subjectGiven: object, context: object = {}, headers?: Record<string, string>) =>
    decide({ subject: subjectGiven, action: read, resource: mine, context }, headers).then(({ decision }) => decision);

  test('confused deputy: of strangers a door may speak only where the configuration lets it', async () => {
    const stranger = {
      type: 'practitioner',
      id: 'stranger',
      properties: { roles: ['physician'], fhirUser: 'Practitioner/doc' },
    };
    expect(await asking(stranger)).toBe(false);
    // A door that may describe strangers still cannot make Practitioner/stranger somebody's general practitioner.
    expect(await asking(stranger, {}, { authorization: `Bearer ${OTHER_KEY}` })).toBe(false);
  });

  test('spoofing: what is said of somebody who is known here is not heard', async () => {
    expect(await asking({ type: 'user', id: 'mine', properties: { roles: ['physician'], fhirUser: 'Practitioner/doc' } })).toBe(
      true,
    );
    const asPatient = await decide({
      subject: { type: 'user', id: 'mine', properties: { roles: ['physician'], fhirUser: 'Practitioner/doc' } },
      action: { name: 'delete' },
      resource: mine,
    });
    expect(asPatient.decision).toBe(false);
    expect(await asking({ type: 'user', id: 'gone' })).toBe(false);
    expect(await asking({ type: 'practitioner', id: 'Practitioner/gone' }, {}, { authorization: `Bearer ${OTHER_KEY}` })).toBe(
      false,
    );
  });

  test('a scope that is asked for is never wider than the door’s', async () => {
    expect(await asking(subject, { scope: 'user/*.cruds' }, { authorization: `Bearer ${OTHER_KEY}` })).toBe(true);
    const write = await decide(
      { subject, action: { name: 'delete' }, resource: mine, context: { scope: 'user/*.cruds' } },
      { authorization: `Bearer ${OTHER_KEY}` },
    );
    expect(write.decision).toBe(false);
    expect(await asking(subject, { scope: 'user/Patient.r' })).toBe(false);
    expect(await asking(subject, { scope: '' })).toBe(false);
  });

  test('a question that is too large is refused before it is read', async () => {
    expect((await here.ask('/access/v1/evaluation', 'x'.repeat(1_100_000))).status).toBe(413);
  });
});

describe('evaluations', () => {
  const all = async (question: object) =>
    (await (await here.ask('/access/v1/evaluations', question)).json()) as {
      decision?: boolean;
      evaluations?: { decision: boolean }[];
    };

  test('§7 in order, with defaults that are replaced and not merged', async () => {
    const { evaluations } = await all({
      subject,
      action: read,
      context: { scope: 'user/Observation.r' },
      evaluations: [
        { resource: mine },
        { resource: other },
        { resource: { type: 'Patient', id: 'mine' } },
        { resource: { type: 'Patient', id: 'mine' }, context: {} },
        {},
      ],
    });
    expect(evaluations!.map(({ decision }) => decision)).toEqual([true, false, false, true, false]);
    expect(evaluations![4]).toMatchObject({ context: { error: { status: 400, message: expect.any(String) } } });
  });

  test.each([
    ['deny_on_first_deny', [true, false]],
    ['permit_on_first_permit', [true]],
    ['execute_all', [true, false, true]],
  ])('§7 %s', async (evaluations_semantic, expected) => {
    const evaluations = [{ resource: mine }, { resource: other }, { resource: mine }];
    const answer = await all({ subject, action: read, evaluations, options: { evaluations_semantic } });
    expect(answer.evaluations!.map(({ decision }) => decision)).toEqual(expected);
  });

  test('§7 without evaluations it is one question', async () => {
    expect(await all({ subject, action: read, resource: mine })).toMatchObject({ decision: true });
    expect(
      (
        await here.ask('/access/v1/evaluations', {
          subject,
          action: read,
          resource: mine,
          options: { evaluations_semantic: 'x' },
        })
      ).status,
    ).toBe(400);
  });
});

describe('search', () => {
  const found = async (kind: string, question: object) => {
    const answer = await here.ask(`/access/v1/search/${kind}`, question);
    expect(answer.status).toBe(200);
    return (await answer.json()) as { results: object[]; page?: { next_token: string } };
  };

  test('§8 resources: those that a read would give, page by page, and no total', async () => {
    const question = { subject, action: read, resource: { type: 'Observation' } };
    const all: object[] = [];
    let token: string | undefined;
    for (let round = 0; token !== '' && round < 9; round++) {
      const { results, page } = await found('resource', {
        ...question,
        page: { limit: 2, ...(token === undefined ? {} : { token }) },
      });
      all.push(...results);
      expect(JSON.stringify(page)).not.toContain('total');
      token = page!.next_token;
    }
    expect(all).toContainEqual(mine);
    expect(all).not.toContainEqual(other);
    expect(all.length).toBe(3);
  });

  test('§8 a token of another question is refused', async () => {
    const question = { subject, action: read, resource: { type: 'Observation' }, page: { limit: 1 } };
    const { page } = await found('resource', question);
    const stolen = { ...question, subject: { type: 'user', id: 'mine' }, page: { limit: 1, token: page!.next_token } };
    expect((await here.ask('/access/v1/search/resource', stolen)).status).toBe(410);
  });

  test('§8 subjects and actions', async () => {
    expect((await found('subject', { subject: { type: 'user' }, action: read, resource: mine })).results).toEqual([
      { type: 'user', id: 'p1' },
      { type: 'user', id: 'p2' },
    ]);
    expect((await found('subject', { subject: { type: 'Practitioner' }, action: read, resource: other })).results).toEqual([]);
    expect((await found('action', { subject, resource: mine })).results).toEqual([{ name: 'read' }, { name: 'delete' }]);
    expect((await found('action', { subject, resource: other })).results).toEqual([]);
  });
});

test('§9 metadata names the doors that are open', async () => {
  const answer = await fetch(`${here.origin}/.well-known/authzen-configuration`);
  const told = (await answer.json()) as Record<string, string>;
  expect(told['policy_decision_point']).toBe('http://localhost:1');
  for (const [key, url] of Object.entries(told).filter(([key]) => key.endsWith('_endpoint'))) {
    const reached = await here.ask(new URL(url).pathname, {});
    expect(reached.status, key).toBe(400);
  }
});
