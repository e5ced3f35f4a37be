import { describe, expect, test, vi } from 'vitest';
import { type Asked, ask, ourBase, type Setting } from '../../test/host.ts';
import { hidden, type TestPolicies, unlabelled } from '../../test/permits.ts';
import { SmallUpstream } from '../../test/small-upstream.ts';

vi.mock('../decision/decide.ts', async () => ({ decide: (await import('../../test/permits.ts')).decideByTable }));

const open: TestPolicies = { '*': { sees: unlabelled } };
const system = 'http://codes.example';
const observation = (id: string | undefined, code: string, more: object = {}) => ({
  resourceType: 'Observation',
  ...(id === undefined ? {} : { id }),
  status: 'final',
  code: { coding: [{ system, code }] },
  subject: { reference: 'Patient/p' },
  ...more,
});
const at = (version: string, more: object = {}) => ({ meta: { versionId: version, ...more } });

function setting(policies: TestPolicies = open): Setting & { upstream: SmallUpstream } {
  const resources = [
    observation('one', 'single', at('3')),
    observation('h1', 'single', at('1', hidden)),
    observation('h2', 'secret', at('1', hidden)),
    observation('a', 'twice', at('1')),
    observation('b', 'twice', at('1')),
  ];
  return { upstream: new SmallUpstream(resources), policies };
}

const where = (code: string) => `code=${system}|${code}`;
const encoded = (code: string) => `code=${encodeURIComponent(`${system}|${code}`)}`;
const create = (code: string, more: Record<string, string> = {}): Asked => ({
  method: 'POST',
  target: '/Observation',
  body: observation(undefined, code),
  headers: { 'if-none-exist': where(code), ...more },
});
const update = (code: string, body: object = observation(undefined, code), headers: Record<string, string> = {}): Asked => ({
  method: 'PUT',
  target: `/Observation?${encoded(code)}`,
  body,
  headers,
});
const remove = (code: string): Asked => ({ method: 'DELETE', target: `/Observation?${encoded(code)}` });
const patch = (code: string): Asked => ({
  method: 'PATCH',
  target: `/Observation?${encoded(code)}`,
  body: [{ op: 'replace', path: '/status', value: 'amended' }],
});
const written = (one: Setting) => one.upstream.log.filter((line) => !line.startsWith('GET'));

describe('conditional create', () => {
  test('R-141 hardening B4-54 a hidden match is no match, and the condition is never forwarded (search-semantics §12-18)', () => {
    const [withHidden, without] = [setting(), setting()];
    without.upstream.remove('Observation/h2');
    const answers = [withHidden, without].map((one) => {
      const { status, text, headers, sent } = ask(one, create('secret'));
      for (const request of sent) expect([...request.headers.keys()]).not.toContain('if-none-exist');
      return { status, text, headers };
    });
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]!.status).toBe(201);
  });

  test('one visible match is told and nothing is written', () => {
    const one = setting();
    const { status, json, headers } = ask(one, create('single'));
    expect([status, json.id, headers['location'], headers['etag']]).toEqual([
      200,
      'one',
      `${ourBase}/Observation/one/_history/3`,
      'W/"3"',
    ]);
    expect(ask(one, create('single', { prefer: 'return=minimal' })).text).toBe('');
    expect(written(one)).toEqual([]);
  });

  test('a match that may be found and not read is not shown', () => {
    const { status, text } = ask(setting({ '*': {}, read: { refuse: 'forbidden' } }), create('secret'));
    expect([status, text]).toEqual([200, '']);
  });

  test('several visible ones are 412, and who may not search may not ask', () => {
    expect(ask(setting(), create('twice')).problem?.code).toBe('several-matches');
    const blind = setting({ ...open, search: { refuse: 'forbidden' } });
    expect([ask(blind, create('single')).status, blind.upstream.log]).toEqual([403, []]);
    const none = { ...create('x'), headers: { 'if-none-exist': '' } };
    expect(ask(setting(), none).problem?.code).toBe('request-not-understood');
  });
});

describe('hardening B4-55 conditional update', () => {
  test('of the one visible match is an update of it, in the version that was judged', () => {
    const one = setting();
    const { status, sent } = ask(one, update('single', observation(undefined, 'other')));
    expect(status).toBe(200);
    expect([sent.at(-1)!.method, sent.at(-1)!.path, sent.at(-1)!.headers.get('if-match')]).toEqual([
      'PUT',
      'Observation/one',
      'W/"3"',
    ]);
    expect(one.upstream.get('Observation/one')).toMatchObject({ id: 'one', code: { coding: [{ code: 'other' }] } });
  });

  test('without a visible match creates, with an id of the server’s', () => {
    const { status, sent } = ask(setting(), update('secret'));
    expect([status, sent.at(-1)!.method, sent.at(-1)!.path]).toEqual([201, 'POST', 'Observation']);
  });

  test('R-140 without a match and with an id of the client’s it is a PUT to that id', () => {
    const answers = ['h2', 'free'].map((id) => ask(setting(), update('secret', observation(id, 'x'))));
    expect(answers.map(({ status }) => status)).toEqual([405, 405]);
    expect(answers[0]!.text).toBe(answers[1]!.text);
  });

  test('with another id than the one found, with several, or with a version and nothing found, is refused', () => {
    expect(ask(setting(), update('single', observation('two', 'single'))).problem?.code).toBe('parameter-invalid');
    expect(ask(setting(), update('twice')).problem?.code).toBe('several-matches');
    expect(ask(setting(), update('secret', undefined, { 'if-match': 'W/"1"' })).problem?.code).toBe('version-conflict');
    expect(ask(setting(), { ...update('single'), target: '/Observation' }).problem?.code).toBe('request-not-understood');
  });

  test('creating needs the right to create', () => {
    expect(ask(setting({ ...open, create: { refuse: 'forbidden' } }), update('secret')).status).toBe(403);
  });
});

describe('hardening B4-56 conditional patch and delete', () => {
  test('act on the one visible match', () => {
    const one = setting();
    expect(ask(one, patch('single')).json.status).toBe('amended');
    expect(ask(one, remove('single')).status).toBe(204);
    expect(one.upstream.get('Observation/one')).toBeUndefined();
    expect(one.upstream.get('Observation/h1')).toBeDefined();
  });

  test.each([patch, remove])('%o without a visible match is absent, with several 412', (asked) => {
    const [onHidden, onNone] = [ask(setting(), asked('secret')), ask(setting(), asked('nothing'))];
    expect([onHidden.status, onHidden.text, onHidden.headers]).toEqual([404, onNone.text, onNone.headers]);
    const one = setting();
    expect(ask(one, asked('twice')).problem?.code).toBe('several-matches');
    expect(written(one)).toEqual([]);
  });
});

describe('R-141 hardening B4-59 written references, where the upstream checks them', () => {
  const checking = (): Setting & { upstream: SmallUpstream } => ({ ...setting(), dialect: { checksReferences: true } });
  const pointing = (reference: string) => observation(undefined, 'x', { subject: undefined, derivedFrom: [{ reference }] });
  const made = (one: Setting, reference: string) =>
    ask(one, { method: 'POST', target: '/Observation', body: pointing(reference) });

  test('to hidden and absent targets are refused alike, to visible ones pass', () => {
    const one = { ...checking(), policies: { '*': { sees: unlabelled } } };
    const [toHidden, toAbsent] = [made(one, 'Observation/h2'), made(one, 'Observation/none')];
    expect([toHidden.problem?.code, toHidden.problem?.publicText]).toEqual(['reference-unseen', toAbsent.problem?.publicText]);
    expect(made(one, `${ourBase}/Observation/h2/_history/1`).problem?.code).toBe('reference-unseen');
    expect(written(one)).toEqual([]);
    expect(made(one, 'Observation/one').status).toBe(201);
  });

  test('to whom the token names pass without a look-up', () => {
    const one = {
      ...checking(),
      policies: { '*': {}, read: { refuse: 'forbidden' } } as TestPolicies,
      caller: { patient: 'p' },
    };
    const body = observation(undefined, 'x', { performer: [{ reference: 'Practitioner/ada' }] });
    const answer = ask(one, { method: 'POST', target: '/Observation', body });
    expect([answer.status, answer.sent.length]).toEqual([201, 1]);
    expect(made(one, 'Practitioner/other').problem?.code).toBe('reference-unseen');
  });

  test('that were there before pass, whatever they point to', () => {
    const one = checking();
    one.upstream.put(observation('old', 'x', { ...at('1'), derivedFrom: [{ reference: 'Observation/h2' }] }));
    const put = (more: object): Asked => ({
      method: 'PUT',
      target: '/Observation/old',
      body: observation('old', 'y', more),
    });
    expect(ask(one, put({ derivedFrom: [{ reference: 'Observation/h2' }] })).status).toBe(200);
    expect(ask(one, put({ derivedFrom: [{ reference: 'Observation/h1' }] })).problem?.code).toBe('reference-unseen');
  });

  test('by condition are refused outside of transactions', () => {
    expect(made(setting(), `Observation?${where('secret')}`).problem?.code).toBe('resource-invalid');
  });
});
