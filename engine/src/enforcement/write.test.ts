import { describe, expect, test, vi } from 'vitest';
import { type Asked, ask, ourBase, type Setting } from '../../test/host.ts';
import { hidden, type TestPolicies, unlabelled } from '../../test/permits.ts';
import { SmallUpstream, upstreamBase } from '../../test/small-upstream.ts';

vi.mock('../decision/decide.ts', async () => ({ decide: (await import('../../test/permits.ts')).decideByTable }));

const open: TestPolicies = { '*': { sees: unlabelled } };
const subsetted = { tag: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' }] };
const observation = (id: string | undefined, more: object = {}) => ({
  resourceType: 'Observation',
  ...(id === undefined ? {} : { id }),
  status: 'final',
  code: { text: 'weight' },
  subject: { reference: 'Patient/p' },
  ...more,
});
const stored = (id: string, more: object = {}) => observation(id, { meta: { versionId: '3', ...more } });

function setting(policies: TestPolicies = open, ...resources: readonly object[]): Setting & { upstream: SmallUpstream } {
  return { upstream: new SmallUpstream([stored('seen'), stored('hidden', hidden), ...resources]), policies };
}

const written = (one: Setting) => one.upstream.log.filter((line) => !line.startsWith('GET'));
const create = (body: object, headers: Record<string, string> = {}): Asked => ({
  method: 'POST',
  target: '/Observation',
  body,
  headers,
});
const put = (id: string, more: object = {}, headers: Record<string, string> = {}): Asked => ({
  method: 'PUT',
  target: `/Observation/${id}`,
  body: observation(id, more),
  headers,
});
const patch = (id: string, body: unknown, headers: Record<string, string> = {}): Asked => ({
  method: 'PATCH',
  target: `/Observation/${id}`,
  body,
  headers,
});
const remove = (id: string, headers: Record<string, string> = {}): Asked => ({
  method: 'DELETE',
  target: `/Observation/${id}`,
  headers,
});

describe('create', () => {
  test('stores what was judged and tells where', () => {
    const one = setting();
    const { status, headers, json, outcome, sent } = ask(one, create(observation(undefined)));
    expect(status).toBe(201);
    expect(headers).toMatchObject({
      location: `${ourBase}/Observation/new-1/_history/1`,
      etag: 'W/"1"',
      'last-modified': 'Tue, 03 Feb 2026 04:05:06 GMT',
    });
    expect(json).toMatchObject({ id: 'new-1', status: 'final' });
    expect(sent.map(({ method, path, writes }) => [method, path, writes])).toEqual([['POST', 'Observation', true]]);
    expect(outcome!.disclosure).toMatchObject({ patients: ['p'], resources: ['Observation/new-1/_history/1'] });
  });

  test.each([
    ['minimal', undefined],
    ['OperationOutcome', 'OperationOutcome'],
    ['representation', 'Observation'],
  ])('Prefer: return=%s', (value, type) => {
    expect(ask(setting(), create(observation(undefined), { prefer: `return=${value}` })).json?.resourceType).toBe(type);
  });

  test('hardening B4-67 shows nothing to a caller who may write and not read', () => {
    const { status, text, headers } = ask(
      setting({ create: {} }),
      create(observation(undefined), { prefer: 'return=representation' }),
    );
    expect([status, text, headers['content-type']]).toEqual([201, '', undefined]);
    const blind: TestPolicies = { create: {}, read: { sees: () => false } };
    expect(ask(setting(blind), create(observation(undefined))).text).toBe('');
  });

  test('reads the stored state when the upstream does not send it, and is no failure when it cannot', () => {
    const one = setting();
    one.upstream.representation = false;
    expect(ask(one, create(observation(undefined))).json).toMatchObject({ id: 'new-1' });
    one.upstream.misbehave = ({ method }) => (method === 'GET' ? { status: 500 } : undefined);
    expect(ask(one, create(observation(undefined)))).toMatchObject({ status: 201, text: '' });
    const headers = new Map([['location', 'Observation/n/_history/1']]);
    one.upstream.misbehave = ({ method }) =>
      method === 'POST' ? { status: 201, headers, body: new TextEncoder().encode('<html>') } : undefined;
    expect(ask(one, create(observation(undefined)))).toMatchObject({ status: 201, text: '' });
  });

  test('drops an id of the client’s, every other byte stays', () => {
    const one = setting();
    const body =
      '{ "resourceType":"Observation", "id" : "mine",\n "status":"final", "code":{}, "valueQuantity":{"value":1.10} }';
    const { sent } = ask(one, { method: 'POST', target: '/Observation', body });
    expect(new TextDecoder().decode(sent[0]!.body)).toBe(body.replace(', "id" : "mine"', ''));
  });

  test('sends our base as the upstream’s', () => {
    const { sent } = ask(setting(), create(observation(undefined, { subject: { reference: `${ourBase}/Patient/p` } })));
    expect(new TextDecoder().decode(sent[0]!.body)).toContain(`"${upstreamBase}/Patient/p"`);
  });

  test('R-083 with labels is closed, contained ones too', () => {
    for (const body of [
      observation(undefined, { meta: hidden }),
      observation(undefined, { contained: [{ resourceType: 'Patient', meta: hidden }] }),
    ]) {
      const { problem, sent } = ask(setting({ '*': {} }), create(body));
      expect([problem?.code, sent.length]).toEqual(['write-closed', 0]);
    }
  });

  test('R-148 naming what could be masked is closed, and R-150 what is SUBSETTED is refused', () => {
    const masking: TestPolicies = { '*': {}, read: { maskable: ['note', 'component.valueString'] } };
    for (const more of [{ note: [] }, { _note: [] }, { component: [{ valueString: 'x' }] }, { text: {} }, { contained: [] }]) {
      expect(ask(setting(masking), create(observation(undefined, more))).problem?.code).toBe('write-closed');
    }
    expect(ask(setting(masking), create(observation(undefined, { component: [{}] }))).status).toBe(201);
    expect(ask(setting(), create(observation(undefined, { meta: subsetted }))).problem?.code).toBe('resource-invalid');
  });

  test('of a state that is not permitted is 403 and sends nothing', () => {
    const { status, sent, outcome } = ask(
      setting({ create: { sees: ({ patients }) => patients[0] !== 'p' } }),
      create(observation(undefined)),
    );
    expect([status, sent.length, outcome!.decision.reason]).toEqual([403, 0, 'SECRET-REASON']);
  });

  test.each([
    [409, 'write-conflict'],
    [412, 'write-conflict'],
    [400, 'resource-invalid'],
    [422, 'resource-invalid'],
    [500, 'upstream-unavailable'],
    [403, 'upstream-unavailable'],
    [302, 'upstream-odd'],
  ])('an upstream that refuses with %d: %s, without its text', (status, code) => {
    const one = setting();
    one.upstream.misbehave = () => ({ status, body: new TextEncoder().encode('{"diagnostics":"MRN used by Patient/77"}') });
    const { problem } = ask(one, create(observation(undefined)));
    expect(problem?.code).toBe(code);
    expect(`${problem?.publicText} ${problem?.detail}`).not.toContain('77');
  });
});

describe('update', () => {
  test('is sent with the version that was decided on', () => {
    const one = setting();
    const { status, headers, json, sent } = ask(one, put('seen', { status: 'amended' }));
    expect(status).toBe(200);
    expect(headers).toMatchObject({ etag: 'W/"2"' });
    expect(json.status).toBe('amended');
    expect(sent.at(-1)!.headers.get('if-match')).toBe('W/"3"');
    expect(headers).not.toHaveProperty('location');
  });

  test('R-140 to an id that is not seen is 405, the same for hidden and free ids', () => {
    const one = setting();
    const [toHidden, toFree] = [ask(one, put('hidden')), ask(one, put('free'))];
    expect([toHidden.status, toHidden.text, toHidden.headers]).toEqual([405, toFree.text, toFree.headers]);
    expect(toFree.status).toBe(405);
    expect(ask(one, put('free', {}, { 'if-match': 'W/"3"' })).text).toBe(toFree.text);
    expect(written(one)).toEqual([]);
  });

  test('creates under a new id in full sight, as long as it is still new', () => {
    const one = setting({ '*': { sight: 'full' } });
    const made = ask(one, put('free'));
    expect([made.status, made.headers['location'], made.sent.at(-1)!.headers.get('if-none-match')]).toEqual([
      201,
      `${ourBase}/Observation/free/_history/1`,
      '*',
    ]);
    expect(ask(one, put('free2', {}, { 'if-match': 'W/"1"' })).problem?.code).toBe('version-conflict');
    expect(ask(one, put('free2', { meta: hidden })).problem?.code).toBe('write-closed');
    const racing = setting({ '*': { sight: 'full' } });
    racing.upstream.before = ({ method }) => method === 'PUT' && racing.upstream.put(stored('free'));
    expect(ask(racing, put('free')).problem?.code).toBe('write-conflict');
    expect(ask(setting({ '*': { sight: 'full' }, create: { refuse: 'forbidden' } }), put('free')).status).toBe(405);
  });

  test('R-080 is judged on the old and on the new state', () => {
    const finalOnly: TestPolicies = {
      read: {},
      update: { sees: ({ document, node }) => document.raw(node).includes('"final"') },
    };
    const one = setting(finalOnly, observation('old', { status: 'draft', meta: { versionId: '1' } }));
    expect(ask(one, put('old')).status).toBe(403);
    expect(ask(one, put('seen', { status: 'draft' })).status).toBe(403);
    expect(ask(one, put('seen')).status).toBe(200);
  });

  test.each([
    ['another patient', { subject: { reference: 'Patient/q' } }],
    ['a second patient', { performer: [{ reference: 'Patient/q' }] }],
    ['no patient', { subject: undefined }],
    ['a new label', { meta: hidden }],
    ['a label on what is contained', { contained: [{ resourceType: 'Patient', id: 'c', meta: hidden }] }],
  ])('R-083 cannot give a resource %s', (_, more) => {
    const one = setting({ '*': {} });
    expect(ask(one, put('seen', more)).problem?.code).toBe('write-closed');
    expect(written(one)).toEqual([]);
  });

  test('R-083 cannot take a label away, and may leave it', () => {
    const one = setting({ '*': {} });
    expect(ask(one, put('hidden')).problem?.code).toBe('write-closed');
    expect(ask(one, put('hidden', { meta: hidden })).status).toBe(200);
  });

  describe('R-148 where something could be masked', () => {
    const masking: TestPolicies = { '*': { mask: ['note', 'component.valueString'] } };
    const whole = {
      meta: { versionId: '1' },
      note: [{ text: 'SECRET' }],
      text: { status: 'generated', div: '<div>SECRET</div>' },
      component: [{ code: { text: 'a' }, valueString: 'SECRET' }],
    };
    const shown = { component: [{ code: { text: 'a' } }] };

    test('a body that names it is refused, equal to what is stored or not, on any id', () => {
      const one = setting(masking, observation('m', whole));
      for (const id of ['m', 'free'])
        for (const text of ['SECRET', 'guess'])
          expect(ask(one, put(id, { ...shown, note: [{ text }] })).problem?.code).toBe('write-closed');
      expect(ask(one, put('m', { component: whole.component })).problem?.code).toBe('write-closed');
      expect(one.upstream.log).toEqual([]);
    });

    test('R-149 the stored bytes are merged back, and not shown', () => {
      const one = setting(masking, observation('m', whole));
      const { status, text, headers } = ask(one, put('m', { ...shown, status: 'amended' }));
      expect([status, headers['etag']]).toEqual([200, undefined]);
      expect(text).not.toContain('SECRET');
      const { note, component, text: narrative } = whole;
      expect(one.upstream.get('Observation/m')).toMatchObject({ status: 'amended', note, component, text: narrative });
    });

    test('what lies around it cannot be changed, whatever is hidden inside', () => {
      const answers = [whole, { ...whole, component: [{ code: { text: 'a' } }] }].map((state) => {
        const one = setting(masking, observation('m', state));
        return [{}, { component: [] }, { component: [{ code: { text: 'b' } }] }, shown].map(
          (more) => ask(one, put('m', more)).problem?.code,
        );
      });
      expect(answers[0]).toEqual(['write-closed', 'write-closed', 'write-closed', undefined]);
      expect(answers[1]).toEqual(answers[0]);
    });

    test('R-150 what is SUBSETTED is refused', () => {
      expect(ask(setting(), put('seen', { meta: subsetted })).problem?.code).toBe('resource-invalid');
    });
  });

  describe('R-083 with a rule that lets label', () => {
    const labelling: TestPolicies = { '*': { mayLabel: true } };
    const restricted = { meta: { versionId: '3', ...hidden } };

    test('labels can be set, changed and removed', () => {
      const one = setting(labelling);
      expect(ask(one, create(observation(undefined, { meta: hidden }))).status).toBe(201);
      expect(ask(one, put('seen', { meta: hidden })).status).toBe(200);
      expect(ask(one, put('hidden')).status).toBe(200);
      const label = [{ op: 'add', path: '/meta/security', value: hidden.security }];
      one.upstream.put(stored('patched'));
      expect(ask(one, patch('patched', label)).status).toBe(200);
      expect(one.upstream.get('Observation/patched')).toMatchObject({ meta: { security: hidden.security } });
    });

    test('the rule must apply to the old and to the new state, and nothing else of meta can be patched', () => {
      const half: TestPolicies = { '*': {}, update: { mayLabel: false }, create: { mayLabel: true } };
      expect(ask(setting(half), put('seen', { meta: hidden })).problem?.code).toBe('write-closed');
      const forge = [{ op: 'replace', path: '/meta', value: { ...restricted.meta, versionId: '9' } }];
      expect(ask(setting(labelling), patch('seen', forge)).problem?.code).toBe('write-closed');
      const strange = [{ op: 'add', path: '/meta/tag', value: [] }];
      expect(ask(setting(labelling), patch('seen', strange)).problem?.code).toBe('write-closed');
    });
  });

  test('412 when the client’s version is not the current one, or is overtaken', () => {
    const one = setting();
    expect(ask(one, put('seen', {}, { 'if-match': 'W/"2"' })).problem?.code).toBe('version-conflict');
    one.upstream.before = ({ method }) => method === 'PUT' && one.upstream.put(stored('seen', { versionId: '4' }));
    expect(ask(one, put('seen', {}, { 'if-match': 'W/"3"' })).problem?.code).toBe('version-conflict');
    const other = setting();
    other.upstream.before = ({ method }) => method === 'PUT' && other.upstream.put(stored('seen', { versionId: '4' }));
    expect(ask(other, put('seen')).problem?.code).toBe('write-conflict');
  });

  test('RFC 9110 §13.1.2 If-None-Match keeps from changing what is there; what is hidden stays as absent', () => {
    const one = setting();
    for (const tag of ['*', 'W/"3"']) {
      expect(ask(one, put('seen', {}, { 'if-none-match': tag })).problem?.code).toBe('version-conflict');
      expect(ask(one, remove('seen', { 'if-none-match': tag })).problem?.code).toBe('version-conflict');
      const [onHidden, onFree] = ['hidden', 'free'].map((id) => ask(one, put(id, {}, { 'if-none-match': tag })));
      expect([onHidden!.status, onHidden!.text]).toEqual([405, onFree!.text]);
    }
    expect(written(one)).toEqual([]);
    expect(ask(one, put('seen', {}, { 'if-none-match': 'W/"2"' })).status).toBe(200);
  });

  test('is not served without If-Match upstream, or on a resource without a version', () => {
    expect(ask({ ...setting(), dialect: { ifMatch: false } }, put('seen')).problem?.code).toBe('interaction-not-supported');
    expect(ask(setting(open, observation('bare')), put('bare')).problem?.code).toBe('upstream-odd');
  });

  test('I6 an error inside the judgement sends nothing', () => {
    const broken: TestPolicies = {
      read: {},
      update: {
        sees: () => {
          throw new Error('bug in a rule');
        },
      },
    };
    const one = setting(broken);
    expect(() => ask(one, put('seen'))).toThrow('bug in a rule');
    expect(written(one)).toEqual([]);
  });
});

describe('patch', () => {
  test('is applied here and written as an update of the decided version, other bytes untouched', () => {
    const one = setting();
    one.upstream.put(
      '{"resourceType":"Observation","id":"exact","meta":{"versionId":"9"}, "status" : "draft","code":{},\n"valueQuantity":{"value":1.10}}',
    );
    const { status, sent } = ask(one, patch('exact', [{ op: 'replace', path: '/status', value: 'final' }]));
    expect(status).toBe(200);
    expect(sent.at(-1)!.headers.get('if-match')).toBe('W/"9"');
    expect(new TextDecoder().decode(sent.at(-1)!.body)).toBe(
      '{"resourceType":"Observation","id":"exact","meta":{"versionId":"9"}, "status" : "final","code":{},\n"valueQuantity":{"value":1.10}}',
    );
  });

  test('sees our base where the upstream has its own', () => {
    const one = setting(
      open,
      observation('abs', { meta: { versionId: '1' }, subject: { reference: `${upstreamBase}/Patient/p` } }),
    );
    const { status, sent, json } = ask(
      one,
      patch('abs', [{ op: 'test', path: '/subject/reference', value: `${ourBase}/Patient/p` }]),
    );
    expect([status, json.subject.reference]).toEqual([200, `${ourBase}/Patient/p`]);
    expect(new TextDecoder().decode(sent.at(-1)!.body)).toContain(`"${upstreamBase}/Patient/p"`);
  });

  test('R-137 of what is hidden is the answer for what is absent', () => {
    const one = setting();
    const operations = [{ op: 'test', path: '/status', value: 'nonsense' }];
    const [onHidden, onFree] = [ask(one, patch('hidden', operations)), ask(one, patch('free', operations))];
    expect([onHidden.status, onHidden.text, onHidden.headers]).toEqual([404, onFree.text, onFree.headers]);
    expect(ask(one, patch('seen', operations)).problem?.code).toBe('patch-failed');
  });

  test.each([
    [[{ op: 'replace', path: '/id', value: 'other' }]],
    [[{ op: 'replace', path: '/resourceType', value: 'Condition' }]],
    [[{ op: 'add', path: '/meta/security', value: [] }]],
    [[{ op: 'remove', path: '/meta' }]],
    [[{ op: 'replace', path: '/subject/reference', value: 'Patient/q' }]],
    [[{ op: 'remove', path: '/subject' }]],
  ])('%j is closed', (operations) => {
    const one = setting();
    expect(ask(one, patch('seen', operations)).problem?.code).toBe('write-closed');
    expect(written(one)).toEqual([]);
  });

  test('cannot add what no table knows, and so no mask could find', () => {
    const one = setting();
    expect(ask(one, patch('seen', [{ op: 'add', path: '/invented', value: 1 }])).problem?.code).toBe('resource-invalid');
    expect(written(one)).toEqual([]);
  });

  const masking: TestPolicies = { '*': { mask: ['valueString', 'component.valueString'] } };
  test.each([
    [{ op: 'test', path: '/valueString', value: 'guess' }],
    [{ op: 'add', path: '/_valueString', value: { id: 'x' } }],
    [{ op: 'copy', from: '/valueString', path: '/note/0/text' }],
    [{ op: 'test', path: '/component/0', value: {} }],
    [{ op: 'remove', path: '/component/0/valueString' }],
    [{ op: 'test', path: '/text/div', value: 'guess' }],
    [{ op: 'test', path: '/contained/0/valueString', value: 'guess' }],
    [{ op: 'test', path: '', value: {} }],
  ])('hardening B4-61 %j may not touch what could be masked, matched or not', (operation) => {
    const one = setting(masking, observation('m', { meta: { versionId: '1' }, valueString: 'guess' }));
    for (const id of ['m', 'seen', 'free']) expect(ask(one, patch(id, [operation])).problem?.code).toBe('write-closed');
    expect(one.upstream.log).toEqual([]);
  });

  test('elsewhere it keeps what is masked, and shows it no more than a read', () => {
    const one = setting(masking, observation('m', { meta: { versionId: '1' }, valueString: 'SECRET' }));
    const { status, text, headers } = ask(one, patch('m', [{ op: 'replace', path: '/status', value: 'amended' }]));
    expect(status).toBe(200);
    expect(text).not.toContain('SECRET');
    expect(headers).not.toHaveProperty('etag');
    expect(one.upstream.get('Observation/m')).toMatchObject({ status: 'amended', valueString: 'SECRET' });
  });

  test('cannot lift a mask whose condition it can write (search-semantics §12-19)', () => {
    const policies: TestPolicies = {
      '*': {
        maskable: ['valueString'],
        mask: ({ document, node }) => (document.raw(node).includes('"hiv"') ? ['valueString'] : []),
      },
    };
    const one = setting(policies, observation('m', { meta: { versionId: '1' }, code: { text: 'hiv' }, valueString: 'SECRET' }));
    expect(ask(one, patch('m', [{ op: 'replace', path: '/code/text', value: 'flu' }])).problem?.code).toBe('write-closed');
    expect(written(one)).toEqual([]);
  });

  describe('RFC 7396 merge patch', () => {
    const merge = (id: string, body: object): Asked => ({
      ...patch(id, body),
      headers: { 'content-type': 'application/merge-patch+json' },
    });

    test('is written as an update of the decided version', () => {
      const one = setting();
      const { status, sent } = ask(one, merge('seen', { status: 'amended', note: [{ text: 'x' }] }));
      expect([status, sent.at(-1)!.headers.get('if-match')]).toEqual([200, 'W/"3"']);
      expect(one.upstream.get('Observation/seen')).toMatchObject({ status: 'amended', note: [{ text: 'x' }] });
      expect(ask(one, merge('seen', { note: null })).json).not.toHaveProperty('note');
    });

    test.each([{ valueString: null }, { _valueString: { id: 'x' } }, { component: null }, { text: null }, {}])(
      'hardening B4-61 %j may not touch what could be masked',
      (body) => {
        const one = setting(masking, observation('m', { meta: { versionId: '1' }, valueString: 'guess' }));
        for (const id of ['m', 'seen', 'free']) expect(ask(one, merge(id, body)).problem?.code).toBe('write-closed');
      },
    );

    test.each([{ id: 'other' }, { meta: null }, { meta: { security: [] } }, { subject: { reference: 'Patient/q' } }])(
      '%j is closed',
      (body) => {
        expect(ask(setting(), merge('seen', body)).problem?.code).toBe('write-closed');
      },
    );
  });
});

describe('fhirpatch.html', () => {
  const fhirPath = (id: string, path: string, value: object): Asked => ({
    ...patch(id, {
      resourceType: 'Parameters',
      parameter: [
        {
          name: 'operation',
          part: [
            { name: 'type', valueCode: 'replace' },
            { name: 'path', valueString: path },
            { name: 'value', ...value },
          ],
        },
      ],
    }),
    headers: { 'content-type': 'application/fhir+json' },
  });

  test('is written as an update of the decided version', () => {
    const { status, json, sent } = ask(setting(), fhirPath('seen', 'Observation.status', { valueCode: 'amended' }));
    expect([status, json.status, sent.at(-1)!.headers.get('if-match')]).toEqual([200, 'amended', 'W/"3"']);
  });

  test('hardening B4-61 a choice that could be masked is closed, by any of its names', () => {
    const one = setting({ '*': { mask: ['valueString'] } });
    for (const path of ['Observation.value', 'Observation.valueString'])
      for (const id of ['seen', 'free'])
        expect(ask(one, fhirPath(id, path, { valueString: 'x' })).problem?.code).toBe('write-closed');
    expect(ask(setting(), fhirPath('seen', 'Observation.subject.reference', { valueString: 'Patient/q' })).problem?.code).toBe(
      'write-closed',
    );
  });
});

describe('delete', () => {
  test('removes the version that was judged', () => {
    const one = setting();
    const { status, text, headers, sent } = ask(one, remove('seen'));
    expect([status, text, headers]).toEqual([204, '', {}]);
    expect(sent.at(-1)!.headers.get('if-match')).toBe('W/"3"');
    expect(one.upstream.get('Observation/seen')).toBeUndefined();
  });

  test('R-137 of what is hidden, free or deleted is the same 404', () => {
    const one = setting();
    ask(one, remove('seen'));
    const answers = ['hidden', 'free', 'seen']
      .map((id) => ask(one, remove(id, { 'if-match': 'W/"9"' })))
      .map(({ status, headers, text }) => ({ status, headers, text }));
    expect(answers[0]!.status).toBe(404);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(one.upstream.get('Observation/hidden')).toBeDefined();
  });

  test('that is not permitted on what is visible is 403; with another version 412', () => {
    expect(ask(setting({ '*': {}, delete: { sees: () => false } }), remove('seen')).status).toBe(403);
    expect(ask(setting(), remove('seen', { 'if-match': 'W/"2"' })).problem?.code).toBe('version-conflict');
    const racing = setting();
    racing.upstream.before = ({ method }) => method === 'DELETE' && racing.upstream.put(stored('seen', { versionId: '4' }));
    expect(ask(racing, remove('seen')).problem?.code).toBe('write-conflict');
  });

  test('blocked by what points to it is one generic conflict', () => {
    const one = setting();
    one.upstream.misbehave = ({ method }) =>
      method === 'DELETE' ? { status: 409, body: new TextEncoder().encode('{"diagnostics":"Condition/9"}') } : undefined;
    expect(ask(one, remove('seen')).problem?.code).toBe('write-conflict');
  });
});

test.each([[{ method: 'GET', target: '/Patient/p/$unheard-of' }, 'operation-not-supported']] as const)(
  'R-079 %j is refused in words, to those who are signed in',
  (asked, code) => {
    const { problem, sent } = ask(setting(), asked);
    expect([problem?.code, sent.length]).toEqual([code, 0]);
    const anonymous = { kind: 'anonymous', token: undefined, user: undefined } as const;
    expect(ask({ ...setting({ '*': { refuse: 'unauthorized' } }), caller: anonymous }, asked).status).toBe(401);
    const late = Date.parse('2027-01-01T00:00:00Z');
    expect(ask({ ...setting({ '*': { refuse: 'unauthorized' } }), now: late }, asked).status).toBe(401);
  },
);

test('hardening B4-66 what tells a server what to do is not written through here, whatever policy says', () => {
  const one = setting({ '*': {} });
  const subscription = { resourceType: 'Subscription', status: 'requested' };
  for (const asked of [
    { method: 'POST', target: '/Subscription', body: subscription },
    { method: 'PUT', target: '/Subscription/s', body: { ...subscription, id: 's' } },
    { method: 'DELETE', target: '/SearchParameter/s' },
    { method: 'PUT', target: '/Subscription?status=active', body: subscription },
  ])
    expect(ask(one, asked).problem?.code).toBe('interaction-not-supported');
  expect(one.upstream.log).toEqual([]);
});
