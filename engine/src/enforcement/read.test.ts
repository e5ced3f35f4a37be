import { expect, test, vi } from 'vitest';
import { type Asked, ask, ourBase, type Setting } from '../../test/host.ts';
import { hidden, type TestPolicies, unlabelled } from '../../test/permits.ts';
import { SmallUpstream, upstreamBase } from '../../test/small-upstream.ts';
import { Released } from '../release/released.ts';

vi.mock('../decision/decide.ts', async () => ({ decide: (await import('../../test/permits.ts')).decideByTable }));

const meta = { versionId: '7', lastUpdated: '2026-01-02T03:04:05.678+01:00' };
const seen = {
  resourceType: 'Observation',
  id: 'seen',
  meta,
  status: 'final',
  code: { text: 'weight' },
  subject: { reference: 'Patient/p' },
};
const masking: TestPolicies = { '*': { sees: unlabelled, mask: ['valueQuantity', 'note.text', 'component.valueString'] } };

function reading(resources: readonly (object | string)[], policies: TestPolicies = { '*': { sees: unlabelled } }): Setting {
  const upstream = new SmallUpstream();
  for (const resource of resources) upstream.put(resource);
  return { upstream, policies };
}

const get = (target: string, headers: Record<string, string> = {}): Asked => ({ target, headers });

test('the bytes leave exactly as they came', () => {
  const odd =
    '{ "resourceType":"Observation",\n\t"id":"seen", "valueQuantity" : {"value":1.10, "unit":"\\u00e9\\/kg"},"extra":1e400 }\n';
  const { text, status, outcome } = ask(reading([odd]), get('/Observation/seen'));
  expect([status, text]).toEqual([200, odd.trimEnd()]);
  expect(Released.isReleased(outcome)).toBe(true);
});

test('R-149 ETag and Last-Modified are those of the judged bytes, not the upstream’s headers', () => {
  const setting = reading([seen]);
  setting.upstream.misbehave = () => ({
    headers: new Map([
      ['etag', 'W/"99"'],
      ['last-modified', 'yesterday'],
      ['server', 'ACME'],
    ]),
  });
  expect(ask(setting, get('/Observation/seen')).headers).toEqual({
    'content-type': 'application/fhir+json; charset=utf-8',
    etag: 'W/"7"',
    'last-modified': 'Fri, 02 Jan 2026 02:04:05 GMT',
  });
});

test('R-137 hidden, absent and deleted are the same answer to the byte', () => {
  const setting = reading([
    { ...seen, id: 'hidden', meta: { ...meta, ...hidden } },
    { ...seen, id: 'deleted' },
  ]);
  setting.upstream.remove('Observation/deleted');
  const answers = ['hidden', 'absent', 'deleted'].map((id) => {
    const { status, headers, text } = ask(setting, get(`/Observation/${id}`, { 'if-none-match': 'W/"7"' }));
    return { status, headers, text };
  });
  expect(answers[0]!.status).toBe(404);
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]).toEqual(answers[0]);
  expect(answers[0]!.text).not.toContain('SECRET-REASON');
});

test('R-135 the audit record tells hidden from absent, with the patients', () => {
  const setting = reading([{ ...seen, id: 'hidden', meta: { ...meta, ...hidden } }]);
  const denied = ask(setting, get('/Observation/hidden')).outcome!;
  expect(denied.decision).toMatchObject({ effect: 'deny', cause: 'policy', reason: 'SECRET-REASON' });
  expect(denied.disclosure).toEqual({ patients: ['p'], resources: ['Observation/hidden'], masked: [], withheld: 1 });
  expect(ask(setting, get('/Observation/absent')).outcome!.decision.cause).toBe('not-found');
});

test('410 only in full sight', () => {
  const setting = reading([seen], { '*': { sight: 'full' } });
  setting.upstream.remove('Observation/seen');
  expect(ask(setting, get('/Observation/seen')).status).toBe(410);
});

test.each([
  ['empty', 404],
  ['not-found', 404],
  ['forbidden', 403],
  ['unauthorized', 401],
] as const)('R-134 a read denied as %s answers %d, for the type and for one instance', (denyAs, status) => {
  const byType = ask(reading([seen], { '*': { refuse: denyAs } }), get('/Observation/seen'));
  const byInstance = ask(reading([seen], { '*': { sees: () => false, denyAs } }), get('/Observation/seen'));
  expect([byType.status, byInstance.status]).toEqual([status, status]);
  expect(byType.sent).toEqual([]);
  expect(byType.json.issue[0]).not.toHaveProperty('diagnostics');
});

test('R-139 401 challenges, with an error only when a token was presented', () => {
  const refused = reading([], { '*': { refuse: 'unauthorized' } });
  const anonymous = { ...refused, caller: { kind: 'anonymous', token: undefined } as const };
  expect(ask(anonymous, get('/Observation/x')).headers['www-authenticate']).toBe('Bearer');
  expect(ask(refused, get('/Observation/x')).headers['www-authenticate']).toBe('Bearer error="invalid_token"');
});

test('a precondition is only answered for what is visible and unmasked', () => {
  const unchanged = ask(reading([seen]), get('/Observation/seen', { 'if-none-match': 'W/"7"' }));
  expect([unchanged.status, unchanged.text, unchanged.headers]).toEqual([
    304,
    '',
    { etag: 'W/"7"', 'last-modified': 'Fri, 02 Jan 2026 02:04:05 GMT' },
  ]);
  expect(ask(reading([seen]), get('/Observation/seen', { 'if-none-match': 'W/"6"' })).status).toBe(200);
  expect(ask(reading([seen]), get('/Observation/seen', { 'if-modified-since': 'Fri, 02 Jan 2026 02:04:05 GMT' })).status).toBe(
    304,
  );
  expect(ask(reading([seen]), get('/Observation/seen', { 'if-modified-since': 'Fri, 02 Jan 2026 02:04:04 GMT' })).status).toBe(
    200,
  );
  expect(ask(reading([seen], masking), get('/Observation/seen', { 'if-none-match': 'W/"7"' })).status).toBe(200);
});

test('R-155 a mask removes the element, its narrative and its empty shells, and says so with a tag', () => {
  const full = {
    ...seen,
    meta: { ...meta, tag: [{ code: 'kept' }] },
    text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">80 kg</div>' },
    valueQuantity: { value: 80 },
    _valueQuantity: { id: 'x' },
    note: [{ text: 'heavy' }, { text: 'very heavy', time: '2026' }],
    hasMember: [{ reference: '#c' }],
    component: [{ valueString: 'a' }, { _valueString: { id: 'b' } }],
    contained: [{ resourceType: 'Observation', id: 'c', text: { div: '80' }, valueQuantity: { value: 80 }, status: 'final' }],
  };
  const { json, headers, outcome } = ask(reading([full], masking), get('/Observation/seen'));
  expect(json).toEqual({
    ...seen,
    meta: {
      ...meta,
      security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'REDACTED' }],
      tag: [{ code: 'kept' }, { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' }],
    },
    note: [{ time: '2026' }],
    hasMember: [{ reference: '#c' }],
    contained: [{ resourceType: 'Observation', id: 'c', status: 'final' }],
  });
  expect(headers).toEqual({ 'content-type': 'application/fhir+json; charset=utf-8' });
  expect(outcome!.disclosure.masked).toEqual(masking['*']!.mask);
});

test('a masked element and an absent one give the same bytes', () => {
  const without = ask(reading([seen], masking), get('/Observation/seen')).text;
  const variants = [
    { ...seen, valueQuantity: { value: 1 } },
    { ...seen, valueQuantity: { value: 2 }, note: [{ text: 'x' }, { text: 'y' }] },
    { ...seen, component: [{ valueString: 'v' }] },
    { ...seen, text: { div: 'z' }, _valueQuantity: { extension: [] } },
  ];
  for (const variant of variants) expect(ask(reading([variant], masking), get('/Observation/seen')).text).toBe(without);
});

test('references below the upstream’s base leave with ours, however they are written', () => {
  const text = [
    `{"resourceType":"Observation","id":"seen","subject":{"reference":"${upstreamBase}/Patient/p"}`,
    `"focus":[{"reference":"${upstreamBase.replaceAll('/', '\\/')}\\/Device\\/d"},{"reference":"${upstreamBase}2/Device/d"}]`,
    `"encounter":{"reference":"\\u0068ttp://upstream.internal:8080/fhir/Encounter/e"}`,
    `"note":[{"text":"see ${upstreamBase}/Patient/p"},{"text":"a \\"quote\\" \\\\ and \\n"}]}`,
  ].join(',');
  const answer = ask(reading([text]), get('/Observation/seen')).text;
  expect(answer).toBe(
    [
      `{"resourceType":"Observation","id":"seen","subject":{"reference":"${ourBase}/Patient/p"}`,
      `"focus":[{"reference":"${ourBase}/Device/d"},{"reference":"${upstreamBase}2/Device/d"}]`,
      `"encounter":{"reference":"${ourBase}/Encounter/e"}`,
      `"note":[{"text":"see ${upstreamBase}/Patient/p"},{"text":"a \\"quote\\" \\\\ and \\n"}]}`,
    ].join(','),
  );
});

test.each([
  ['another id', { ...seen, id: 'other' }, 'upstream-odd'],
  ['another type', { ...seen, resourceType: 'Condition' }, 'upstream-odd'],
  ['duplicate names', '{"resourceType":"Observation","id":"seen","id":"seen"}', 'upstream-odd'],
  ['HTML', '<html>ACME 9.8</html>', 'upstream-odd'],
] as const)('an upstream that answers with %s is a Problem, and nothing of it leaves', (_, body, code) => {
  const setting = reading([seen]);
  setting.upstream.misbehave = () => ({
    body: new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)),
  });
  const { problem } = ask(setting, get('/Observation/seen'));
  expect(problem?.code).toBe(code);
  expect(problem?.publicText).not.toMatch(/ACME|Condition|duplicate/);
});

test.each([
  [500, 'upstream-unavailable'],
  [503, 'upstream-unavailable'],
  [401, 'upstream-unavailable'],
  [403, 'upstream-unavailable'],
  [302, 'upstream-odd'],
  [204, 'upstream-odd'],
])('upstream status %d becomes %s', (status, code) => {
  const setting = reading([seen]);
  setting.upstream.misbehave = () => ({ status });
  expect(ask(setting, get('/Observation/seen')).problem?.code).toBe(code);
});

test('I6 an error inside the judgement passes through: nothing is released', () => {
  const broken: TestPolicies = {
    '*': {
      sees: () => {
        throw new Error('bug in a rule');
      },
    },
  };
  expect(() => ask(reading([seen], broken), get('/Observation/seen'))).toThrow('bug in a rule');
});

test('facts are asked in one batch, and a second only for patients that the first revealed', () => {
  const pointing = {
    resourceType: 'Provenance',
    id: 'x',
    target: [{ reference: 'Observation/o' }],
    recorded: '2026-01-01T00:00:00Z',
    agent: [],
  };
  const asks = {
    needs: { relations: true, consents: true },
    sees: ({ undetermined }: { undetermined: boolean }) => !undetermined,
  };
  const setting = { ...reading([pointing], { '*': asks }), facts: { subjects: { 'Observation/o': ['p2'] } } };
  const { rounds, status, outcome } = ask(setting, get('/Provenance/x'));
  expect(rounds.map((queries) => queries.map(({ kind }) => kind))).toEqual([['subjects'], ['relations', 'consents']]);
  expect([status, outcome!.disclosure.patients]).toEqual([200, ['p2']]);
  // A reference that cannot be told closes the resource (I6).
  expect(ask({ ...setting, facts: {} }, get('/Provenance/x')).status).toBe(404);
});

test('what is not served is said only to those who are admitted', () => {
  const subscription = { method: 'POST', target: '/Subscription', body: { resourceType: 'Subscription' } };
  expect(ask(reading([seen]), subscription).problem?.code).toBe('interaction-not-supported');
  expect(ask(reading([seen], {}), subscription).status).toBe(403);
});

test('XML is another form of what is released, for hidden and absent alike', () => {
  const xml = (id: string) => ask(reading([seen]), get(`/Observation/${id}`, { accept: 'application/fhir+xml' }));
  expect([xml('seen').status, xml('seen').headers['content-type']]).toEqual([200, 'application/fhir+xml; charset=utf-8']);
  expect(xml('seen').text).toContain('<Observation xmlns="http://hl7.org/fhir"><id value="seen"/>');
  expect([xml('never').status, xml('never').text]).toEqual([404, expect.stringContaining('<OperationOutcome xmlns')]);
});

test('_summary and _elements shorten what was judged and masked, and tag it', () => {
  const shown = (query: string) => {
    const { json } = ask(reading([seen]), get(`/Observation/seen?${query}`));
    expect(json.meta.tag.at(-1).code).toBe('SUBSETTED');
    return Object.keys(json).sort().join(' ');
  };
  expect(shown('_elements=status')).toBe('code id meta resourceType status');
  expect(shown('_summary=text')).not.toContain('valueString');
});
