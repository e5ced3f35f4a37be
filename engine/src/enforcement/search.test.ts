import { describe, expect, test, vi } from 'vitest';
import { ask, type Ended, ourBase, type Setting, seal, unseal } from '../../test/host.ts';
import { hidden, type TestPolicies, unlabelled } from '../../test/permits.ts';
import { SmallUpstream, upstreamBase } from '../../test/small-upstream.ts';

vi.mock('../decision/decide.ts', async () => ({ decide: (await import('../../test/permits.ts')).decideByTable }));

const filtered: TestPolicies = { '*': { sees: unlabelled } };
const full: TestPolicies = { '*': { sight: 'full' } };

const observation = (id: string, more: object = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { coding: [{ system: 's', code: 'c' }] },
  subject: { reference: 'Patient/p' },
  ...more,
});
const secret = { meta: hidden };

/** Visible ones are `v01`, `v02`, …; `hiddenAt` hidden ones come before each of the named. */
function world(visible: number, hiddenBefore: readonly number[] = [], each = 7): SmallUpstream {
  const upstream = new SmallUpstream();
  for (let at = 1; at <= visible; at++) {
    const id = String(at).padStart(2, '0');
    if (hiddenBefore.includes(at)) for (let n = 0; n < each; n++) upstream.put(observation(`${id}-a${n}`, secret));
    upstream.put(observation(`${id}-v`));
  }
  return upstream;
}

const ids = ({ json }: Ended): string[] => (json.entry ?? []).map((entry: { resource: { id: string } }) => entry.resource.id);
const linkOf = ({ json }: Ended, relation: string): string | undefined =>
  json.link.find((one: { relation: string }) => one.relation === relation)?.url;
const below = (url: string | undefined): string => url!.slice(ourBase.length);

describe('a page', () => {
  test('is built anew: our base, no score, no upstream links, no Bundle id', () => {
    const { json, text, status, headers } = ask({ upstream: world(1), policies: filtered }, { target: '/Observation?code=c' });
    expect([status, headers]).toEqual([200, { 'content-type': 'application/fhir+json; charset=utf-8' }]);
    expect(json).toEqual({
      resourceType: 'Bundle',
      type: 'searchset',
      total: 1,
      link: [{ relation: 'self', url: `${ourBase}/Observation?code=c&_count=10` }],
      entry: [{ fullUrl: `${ourBase}/Observation/01-v`, resource: observation('01-v'), search: { mode: 'match' } }],
    });
    expect(text).not.toContain('upstream');
  });

  test('holds each resource byte for byte', () => {
    const upstream = new SmallUpstream();
    const text = '{ "resourceType" : "Observation", "id":"x",\n "valueQuantity":{"value":1.10}}';
    upstream.put(text);
    expect(ask({ upstream, policies: filtered }, { target: '/Observation' }).text).toContain(`"resource":${text},"search"`);
  });

  test('in XML its links lead to pages in XML, to the last', () => {
    const setting = { upstream: world(3), policies: filtered };
    const seen: string[] = [];
    let target: string | undefined = '/Observation?_count=1&_format=xml';
    for (let page = 0; target !== undefined && page < 5; page++) {
      const { text, headers, problem } = ask(setting, { target });
      expect(problem?.publicText).toBeUndefined();
      expect(headers['content-type']).toContain('xml');
      seen.push(...[...text.matchAll(/<Observation><id value="([^"]*)"/g)].map((match) => match[1]!));
      const next = /<relation value="next"\/><url value="([^"]*)"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
      target = next?.slice(ourBase.length);
    }
    expect(seen).toEqual(['01-v', '02-v', '03-v']);
  });

  test('R-136 without visible matches it is the page of a search without matches', () => {
    const none = ask({ upstream: new SmallUpstream(), policies: filtered }, { target: '/Observation?code=c' });
    const allHidden = ask(
      { upstream: new SmallUpstream([observation('h', secret)]), policies: filtered },
      { target: '/Observation?code=c' },
    );
    expect(allHidden.text).toBe(none.text);
    expect(none.json).not.toHaveProperty('entry');
    expect(allHidden.outcome!.disclosure).toMatchObject({ resources: [], withheld: 1 });
    const closed = ask(
      { upstream: new SmallUpstream(), policies: { '*': { refuse: 'empty' } } },
      { target: '/Observation?code=c' },
    );
    expect([closed.status, closed.text, closed.sent.length]).toEqual([200, none.text, 0]);
  });

  test('R-092 is refilled to the asked size, and has a next link only when one more is visible', () => {
    const setting = { upstream: world(5, [1, 2, 3, 4, 5], 60), policies: filtered };
    const first = ask(setting, { target: '/Observation?_count=2' });
    expect(ids(first)).toEqual(['01-v', '02-v']);
    expect(first.json).not.toHaveProperty('total');
    const second = ask(setting, { target: below(linkOf(first, 'next')) });
    expect(ids(second)).toEqual(['03-v', '04-v']);
    const third = ask(setting, { target: below(linkOf(second, 'next')) });
    expect(ids(third)).toEqual(['05-v']);
    expect(linkOf(third, 'next')).toBeUndefined();
    expect(linkOf(ask(setting, { target: '/Observation?_count=5' }), 'next')).toBeUndefined();
  });

  test('holds nothing but judged matches of the searched type, each once', () => {
    const upstream = world(1);
    const entries = [
      { resource: observation('a'), search: { mode: 'match' } },
      { resource: observation('a'), search: { mode: 'match' } },
      { resource: observation('b'), search: { mode: 'include' } },
      { resource: { resourceType: 'OperationOutcome', id: 'o' }, search: { mode: 'outcome' } },
      { resource: { resourceType: 'Patient', id: 'p' } },
      { resource: observation('../x') },
      { resource: { resourceType: 'Observation' } },
      { fullUrl: 'x' },
      { resource: observation('c') },
    ];
    upstream.misbehave = () => ({
      body: new TextEncoder().encode(JSON.stringify({ resourceType: 'Bundle', type: 'searchset', total: 99, entry: entries })),
    });
    const { json } = ask({ upstream, policies: filtered }, { target: '/Observation' });
    expect([json.total, json.entry.map((one: { resource: { id: string } }) => one.resource.id)]).toEqual([2, ['a', 'c']]);
  });

  test('is judged by one batch of facts for each upstream page', () => {
    const upstream = new SmallUpstream();
    for (let n = 10; n < 70; n++) upstream.put(observation(`o${n}`, { subject: { reference: `Patient/p${n % 7}` } }));
    const policies: TestPolicies = {
      '*': { needs: { relations: true, consents: true }, sees: ({ patients }, { relations }) => relations.has(patients[0]!) },
    };
    const setting: Setting = {
      upstream,
      policies,
      facts: { relations: { p3: ['care-team'], p4: ['care-team'] } },
      limits: { maxCount: 50 },
    };
    const { rounds, sent, json } = ask(setting, { target: '/Observation?_count=50' });
    expect(sent).toHaveLength(2);
    expect(rounds).toHaveLength(1);
    expect(rounds[0]!.map(({ kind }) => kind)).toEqual(['relations', 'consents']);
    expect(json.total).toBe(18);
  });

  test('masked entries lose the same as a masked read, and the others nothing', () => {
    const upstream = new SmallUpstream([
      observation('a', { valueString: 'SECRET', text: { div: 'SECRET' } }),
      observation('b', { valueString: 'shown', text: { div: 'shown' } }),
    ]);
    const policies: TestPolicies = {
      '*': { mask: ({ id }) => (id === 'a' ? ['valueString'] : []), maskable: ['valueString'] },
    };
    const search = ask({ upstream, policies }, { target: '/Observation' });
    const read = ask({ upstream, policies }, { target: '/Observation/a' });
    expect(search.json.entry[0].resource).toEqual(read.json);
    expect(search.text).not.toContain('SECRET');
    expect(search.json.entry[1].resource).toEqual(upstream.get('Observation/b'));
    expect(search.outcome!.disclosure.masked).toEqual(['valueString']);
  });
});

describe('a cursor', () => {
  const next = (setting: Setting, target = '/Observation?_count=2') => below(linkOf(ask(setting, { target }), 'next'));

  test('neither skips nor repeats when hidden resources come and go before it', () => {
    const setting = { upstream: world(6), policies: filtered };
    const target = next(setting);
    for (let n = 0; n < 130; n++) setting.upstream.put(observation(`00-h${n}`, secret));
    expect(ids(ask(setting, { target }))).toEqual(['03-v', '04-v']);
    for (let n = 0; n < 130; n++) setting.upstream.remove(`Observation/00-h${n}`);
    expect(ids(ask(setting, { target }))).toEqual(['03-v', '04-v']);
  });

  test('goes on near its place, and from the beginning when the hint fails', () => {
    const setting = { upstream: world(6, [2], 120), policies: filtered };
    const target = next(setting);
    setting.upstream.log.length = 0;
    expect(ids(ask(setting, { target }))).toEqual(['03-v', '04-v']);
    expect(setting.upstream.log[0]).toContain('_from=');
    setting.upstream.misbehave = ({ path }) =>
      path.includes('_from=100') && setting.upstream.log.length < 4 ? { status: 410 } : undefined;
    setting.upstream.log.length = 0;
    expect(ids(ask(setting, { target }))).toEqual(['03-v', '04-v']);
  });

  test('410 when its anchor left the visible world, deleted or hidden alike', () => {
    const setting = { upstream: world(6), policies: filtered };
    const target = next(setting);
    setting.upstream.put(observation('02-v', secret));
    expect(ask(setting, { target }).problem?.code).toBe('cursor-invalid');
    setting.upstream.remove('Observation/02-v');
    expect(ask(setting, { target }).problem?.code).toBe('cursor-invalid');
  });

  test.each([
    ['another client', { client: { id: 'other', name: '' } }],
    ['another user', { user: { id: 'u2', name: '', fhirUser: undefined } }],
    ['another patient', { patient: 'q' }],
    ['another purpose', { purposes: [{ system: 's', code: 'TREAT' }] }],
  ])('R-092 is of no use to %s', (_, caller) => {
    const setting = { upstream: world(6), policies: filtered };
    expect(ask({ ...setting, caller }, { target: next(setting) }).problem?.code).toBe('cursor-invalid');
  });

  test('ends in time, belongs to its type, and is not forged', () => {
    const setting = { upstream: world(6), policies: filtered };
    const target = next(setting);
    const cursor = target.split('=')[1]!;
    expect(ask({ ...setting, now: Date.parse('2026-06-01T02:00:00Z') }, { target }).problem?.code).toBe('cursor-invalid');
    expect(ask(setting, { target: `/Condition?_cursor=${cursor}` }).problem?.code).toBe('cursor-invalid');
    expect(ask(setting, { target: '/Observation?_cursor=forged' }).problem?.code).toBe('cursor-invalid');
  });

  test('that would be too long is refused, for what is visible alone', () => {
    const long = `/Observation?_count=2&code=c,${'x'.repeat(3500)}`;
    expect(ask({ upstream: world(2, [1], 20), policies: filtered }, { target: long }).status).toBe(200);
    expect(ask({ upstream: world(3), policies: filtered }, { target: long }).problem?.code).toBe('too-costly');
  });

  test('is planned and decided afresh', () => {
    const setting = { upstream: world(6), policies: filtered };
    const target = next(setting);
    expect(ask({ ...setting, policies: { '*': { refuse: 'forbidden' } } }, { target }).status).toBe(403);
    const wide = unseal(target.split('=')[1]!)!;
    const smuggled = seal({ ...wide, target: '/Observation?_contained=true' });
    expect(ask(setting, { target: `/Observation?_cursor=${smuggled}` }).problem?.code).toBe('parameter-unknown');
  });
});

describe('totals', () => {
  test('are told when the first page holds everything, and otherwise only in full sight', () => {
    const upstream = world(5, [1]);
    expect(ask({ upstream, policies: filtered }, { target: '/Observation' }).json.total).toBe(5);
    expect(ask({ upstream, policies: filtered }, { target: '/Observation?_count=2&_total=accurate' }).json).not.toHaveProperty(
      'total',
    );
    expect(ask({ upstream: world(5), policies: full }, { target: '/Observation?_count=2&_total=accurate' }).json.total).toBe(5);
    expect(ask({ upstream: world(5), policies: full }, { target: '/Observation?_count=2' }).json).not.toHaveProperty('total');
    expect(ask({ upstream, policies: filtered }, { target: '/Observation?_total=none' }).json).not.toHaveProperty('total');
  });

  test.each(['/Observation?_summary=count', '/Observation?_count=0'])('%s is lawful in full sight alone', (target) => {
    expect(ask({ upstream: world(5), policies: filtered }, { target }).problem?.code).toBe('too-costly');
    const { json } = ask({ upstream: world(5), policies: full }, { target });
    expect([json.total, json.entry]).toEqual([5, undefined]);
  });
});

describe('an odd upstream', () => {
  const odd = (next: string) => {
    const upstream = world(1);
    upstream.misbehave = () => ({
      body: new TextEncoder().encode(
        JSON.stringify({ resourceType: 'Bundle', type: 'searchset', link: [{ relation: 'next', url: next }] }),
      ),
    });
    return ask({ upstream, policies: filtered }, { target: '/Observation' });
  };

  test.each([
    ['another host', 'http://evil.example/fhir/Observation?x=1'],
    ['a longer base', `${upstreamBase}2/Observation?x=1`],
    ['a way up', `${upstreamBase}/../admin`],
    ['an encoded way up', `${upstreamBase}/%2e%2e/admin`],
    ['user info', 'http://upstream.internal:8080@evil.example/fhir'],
    ['another scheme', 'file:///etc/passwd'],
    ['a double slash', `${upstreamBase}//evil.example/x`],
    ['a fragment', `${upstreamBase}/Observation#x`],
    ['a space', `${upstreamBase}/Observation?x=a b`],
    ['nowhere', ''],
  ])('whose next link leads to %s is not followed', (_, next) => {
    const { problem, sent } = odd(next);
    expect([problem?.code, sent.length]).toEqual(['upstream-odd', 1]);
  });

  test('whose pages go round in a circle is stopped', () => {
    const { problem, sent } = odd(`${upstreamBase}/Observation?x=1`);
    expect([problem?.code, sent.length]).toEqual(['upstream-odd', 2]);
  });

  test('whose pages never end is stopped by the page budget', () => {
    const upstream = world(1);
    let page = 0;
    upstream.misbehave = () => ({
      body: new TextEncoder().encode(
        JSON.stringify({
          resourceType: 'Bundle',
          type: 'searchset',
          link: [{ relation: 'next', url: `${upstreamBase}?_getpages=${++page}` }],
        }),
      ),
    });
    const { problem, sent } = ask({ upstream, policies: filtered, limits: { pageBudget: 4 } }, { target: '/Observation' });
    expect([problem?.code, problem?.detail, sent.length, sent[1]!.path]).toEqual([
      'too-costly',
      'page budget used up',
      4,
      '?_getpages=1',
    ]);
  });

  test.each([
    [{ resourceType: 'OperationOutcome' }, 200, 'upstream-odd'],
    [{ resourceType: 'Bundle', type: 'history' }, 200, 'upstream-odd'],
    [{ resourceType: 'OperationOutcome' }, 400, 'parameter-invalid'],
    [{}, 404, 'upstream-odd'],
    [{}, 500, 'upstream-unavailable'],
  ])('that answers %j with %d', (body, status, code) => {
    const upstream = world(1);
    upstream.misbehave = () => ({ status, body: new TextEncoder().encode(JSON.stringify(body)) });
    expect(ask({ upstream, policies: filtered }, { target: '/Observation' }).problem?.code).toBe(code);
  });
});

test('R-136 a compartment search tells nothing of the patient: absent is as hidden is as without data', () => {
  const asked = { target: '/Patient/nobody/Observation?code=c' };
  const empty = ask({ upstream: new SmallUpstream(), policies: filtered }, asked);
  const hiddenOnly = ask(
    {
      upstream: new SmallUpstream([observation('h', { ...secret, subject: { reference: 'Patient/nobody' } })]),
      policies: filtered,
    },
    asked,
  );
  const upstream = new SmallUpstream();
  upstream.misbehave = () => ({ status: 404 });
  expect([empty.status, empty.json.total]).toEqual([200, 0]);
  expect(hiddenOnly.text).toBe(empty.text);
  expect(ask({ upstream, policies: filtered }, asked).text).toBe(empty.text);
  const count = { target: '/Patient/nobody/Observation?_summary=count' };
  expect(ask({ upstream, policies: full }, count).json.total).toBe(0);
});

test.each(['/Observation?_contained=true', '/Observation?_contained=both'])(
  '%s is not served, and says so after admission only',
  (target) => {
    const { problem, sent } = ask({ upstream: world(1), policies: filtered }, { target });
    expect([problem?.code, sent.length]).toEqual(['parameter-unknown', 0]);
    expect(problem?.publicText).toMatch(/^_contained is not served/);
    expect(ask({ upstream: world(1), policies: {} }, { target }).status).toBe(403);
    const anonymous = { kind: 'anonymous', token: undefined, user: undefined } as const;
    const stranger = { upstream: world(1), policies: { '*': { refuse: 'unauthorized' } }, caller: anonymous } as const;
    expect(ask(stranger, { target }).status).toBe(401);
  },
);

describe('R-083 labels', () => {
  const setting = (): Setting => ({
    upstream: new SmallUpstream([
      observation('v', { meta: { security: [{ system: 's', code: 'N' }] } }),
      observation('h', secret),
    ]),
    policies: filtered,
  });
  test.each([
    ['_security=R', []],
    ['_security=N', ['v']],
    ['_security:not=N', []],
    ['_security:not=R', ['v']],
    ['_security:missing=true', []],
  ])('can be searched on what is visible: %s', (query, expected) => {
    const answer = ask(setting(), { target: `/Observation?${query}` });
    expect([ids(answer), answer.json.total]).toEqual([expected, expected.length]);
  });
});
