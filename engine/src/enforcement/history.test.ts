import { describe, expect, test, vi } from 'vitest';
import { ask, type Ended, ourBase, type Setting } from '../../test/host.ts';
import { hidden, type TestPolicies, unlabelled } from '../../test/permits.ts';
import { SmallUpstream, upstreamBase } from '../../test/small-upstream.ts';

vi.mock('../decision/decide.ts', async () => ({ decide: (await import('../../test/permits.ts')).decideByTable }));

const open: TestPolicies = { '*': { sees: unlabelled } };
const version = (id: string, versionId: string, more: object = {}, meta: object = {}) => ({
  resourceType: 'Observation',
  id,
  meta: { versionId, lastUpdated: `2026-01-0${versionId}T00:00:00Z`, ...meta },
  status: 'final',
  code: { text: 'weight' },
  subject: { reference: 'Patient/p' },
  ...more,
});

/** `a` was hidden in its second version; `was` is hidden now, and was not before; `gone` was deleted; `secret` was deleted while hidden. */
function setting(policies: TestPolicies = open, more: readonly object[] = []): Setting & { upstream: SmallUpstream } {
  const upstream = new SmallUpstream([
    version('a', '1'),
    version('was', '1'),
    version('a', '2', {}, hidden),
    version('was', '2', {}, hidden),
    version('a', '3', { subject: { reference: `${upstreamBase}/Patient/p` } }),
    version('gone', '1'),
    version('secret', '1', {}, hidden),
    ...more,
  ]);
  upstream.remove('Observation/gone');
  upstream.remove('Observation/secret');
  upstream.put(version('b', '1'));
  return { upstream, policies };
}

interface Told {
  readonly request: { readonly method: string };
  readonly fullUrl: string;
  readonly resource?: { readonly id: string; readonly meta: { readonly versionId: string } };
}
const told = ({ json }: Ended) =>
  json.entry?.map(({ request, resource, fullUrl }: Told) => [
    request.method,
    resource === undefined ? fullUrl.slice(ourBase.length + 1) : `${resource.id}/${resource.meta.versionId}`,
  ]) ?? [];
const get = (target: string) => ({ target });

describe('R-079 history of an instance', () => {
  test('in XML its links lead to pages in XML', () => {
    const one = setting();
    const { text } = ask(one, get('/Observation/a/_history?_count=1&_format=xml'));
    const next = /<relation value="next"\/><url value="([^"]*)"/.exec(text)![1]!.replaceAll('&amp;', '&');
    const second = ask(one, get(next.slice(ourBase.length)));
    expect(second.problem?.publicText).toBeUndefined();
    expect(second.text).toContain('<versionId value="1"/>');
  });

  test.each([
    ['/Observation/a/_history?_elements=status', 'code id meta resourceType status'],
    ['/Observation/_history?_summary=true', 'code id meta resourceType status subject'],
    ['/Observation/a/_history?_elements=subject&_count=1', 'code id meta resourceType status subject'],
  ])('%s is shortened, page after page', (target, kept) => {
    const one = setting();
    const keysOf = ({ json }: Ended) =>
      json.entry.flatMap(({ resource }: Told) => (resource === undefined ? [] : [Object.keys(resource).sort().join(' ')]));
    const first = ask(one, get(target));
    expect(keysOf(first)[0]).toBe(kept);
    expect(first.text).toContain('SUBSETTED');
    const next = first.json.link.find(({ relation }: { relation: string }) => relation === 'next')?.url;
    if (next !== undefined) expect(ask(one, get(next.slice(ourBase.length))).text).toContain('SUBSETTED');
  });

  test('holds the versions that are visible by themselves, newest first, and counts those', () => {
    const answer = ask(setting(), get('/Observation/a/_history'));
    expect([answer.status, answer.json.type, answer.json.total]).toEqual([200, 'history', 2]);
    expect(told(answer)).toEqual([
      ['PUT', 'a/3'],
      ['POST', 'a/1'],
    ]);
    expect(answer.json.entry[0]).toMatchObject({
      fullUrl: `${ourBase}/Observation/a`,
      request: { url: 'Observation/a' },
      response: { status: '200', etag: 'W/"3"' },
      resource: { subject: { reference: `${ourBase}/Patient/p` } },
    });
    expect(answer.text).not.toContain('upstream');
    expect(answer.outcome!.disclosure).toMatchObject({
      withheld: 1,
      resources: ['Observation/a/_history/3', 'Observation/a/_history/1'],
    });
  });

  test('of what is hidden now, deleted while hidden, or absent, is one 404', () => {
    const answers = ['was', 'secret', 'none'].map((id) => ask(setting(), get(`/Observation/${id}/_history`)));
    for (const { status, text, headers } of answers)
      expect([status, text, headers]).toEqual([404, answers[2]!.text, answers[2]!.headers]);
  });

  test('of what was deleted while visible tells the deletion', () => {
    const answer = ask(setting(), get('/Observation/gone/_history'));
    expect(told(answer)).toEqual([
      ['DELETE', 'Observation/gone'],
      ['POST', 'gone/1'],
    ]);
  });

  test('in pages, by cursors of the caller’s own', () => {
    const one = setting();
    const first = ask(one, get('/Observation/a/_history?_count=1'));
    expect([told(first), first.json.total]).toEqual([[['PUT', 'a/3']], undefined]);
    const next = first.json.link.find(({ relation }: { relation: string }) => relation === 'next').url.slice(ourBase.length);
    const second = ask(one, get(next));
    expect([told(second), second.json.link.length]).toEqual([[['POST', 'a/1']], 1]);
    expect(ask({ ...one, caller: { client: { id: 'other', name: 'Other' } } }, get(next)).problem?.code).toBe('cursor-invalid');
    expect(ask(one, get(next.replace('/a/', '/b/'))).problem?.code).toBe('cursor-invalid');
    expect(ask(one, get(`${next}&_count=2`)).problem?.code).toBe('parameter-unknown');
  });

  test('_since and _at are held by what is shown', () => {
    expect(told(ask(setting(), get('/Observation/a/_history?_since=2026-01-02T00:00:00Z')))).toEqual([['PUT', 'a/3']]);
    expect(told(ask(setting(), get('/Observation/a/_history?_at=2026-01-02')))).toEqual([['POST', 'a/1']]);
    expect(told(ask(setting(), get('/Observation/a/_history?_at=2026-01-03')))).toEqual([['PUT', 'a/3']]);
    expect(ask(setting(), get('/Observation/a/_history?_count=0')).json).toMatchObject({ total: 2 });
  });

  test('R-149 masks each version, and tells no tag of what is masked', () => {
    const masking = setting({ '*': { mask: ['valueString'] } }, [version('m', '1', { valueString: 'SECRET' })]);
    const { text, json } = ask(masking, get('/Observation/m/_history'));
    expect(text).not.toContain('SECRET');
    expect(json.entry[0].response).toEqual({ status: '201' });
  });
});

describe('R-079 history of a type and of the system', () => {
  const shown = [
    ['POST', 'b/1'],
    ['DELETE', 'Observation/gone'],
    ['POST', 'gone/1'],
    ['PUT', 'a/3'],
    ['POST', 'a/1'],
  ];

  test.each(['/Observation/_history', '/_history'])('%s is of what is visible now, or was when it last lived', (target) => {
    const answer = ask(setting(), get(target));
    expect([told(answer), answer.json.total]).toEqual([shown, 5]);
    expect(answer.sent.filter(({ path }) => path.startsWith('Observation?_id=')).length).toBe(1);
  });

  test('is the same where the hidden differ', () => {
    const other = setting();
    other.upstream.put(version('h9', '1', {}, hidden));
    other.upstream.put(version('was', '3', { status: 'amended' }, hidden));
    for (const target of [
      '/Observation/_history',
      '/_history?_count=2',
      '/Observation/_history?_count=2&_since=2026-01-01T00:00:00Z',
    ])
      expect(ask(other, get(target)).text).toBe(ask(setting(), get(target)).text);
  });

  test('in pages gives every entry once, also when the hidden change between them', () => {
    const one = setting(open);
    const all: unknown[] = [];
    let target: string | undefined = '/_history?_count=2';
    for (let page = 0; target !== undefined && page < 9; page++) {
      const answer: Ended = ask({ ...one, dialect: { maxCount: 2 } }, get(target));
      all.push(...told(answer));
      target = answer.json.link.find(({ relation }: { relation: string }) => relation === 'next')?.url.slice(ourBase.length);
      one.upstream.put(version(`h${page}`, '1', {}, hidden));
    }
    expect(all).toEqual(shown);
  });

  /** Twelve resources with three versions each, some of them hidden now, and one gone that was hidden when it was written anew. */
  function long(): SmallUpstream {
    const upstream = new SmallUpstream();
    upstream.put(version('again', '1'));
    upstream.remove('Observation/again');
    for (const number of ['1', '2', '3'])
      for (let at = 1; at <= 12; at++)
        upstream.put(version(`o${at}`, number, {}, number === '3' && at % 3 === 0 ? hidden : {}));
    upstream.put(version('again', '2', {}, hidden));
    upstream.put(version('late', '1'));
    upstream.remove('Observation/late');
    return upstream;
  }

  function walk(one: Setting, first: string): { readonly all: unknown[]; readonly most: number } {
    const all: unknown[] = [];
    let most = 0;
    let target: string | undefined = first;
    while (target !== undefined) {
      const answer: Ended = ask(one, get(target));
      expect(answer.problem?.publicText).toBeUndefined();
      all.push(...told(answer));
      most = Math.max(most, answer.sent.filter(({ path }) => path.includes('_history')).length);
      target = answer.json.link.find(({ relation }: { relation: string }) => relation === 'next')?.url.slice(ourBase.length);
    }
    return { all, most };
  }

  test.each(['', '&_since=2026-01-02T00:00:00Z'])(
    'later pages begin where the last one ended, as deep as it goes, and hold what the whole holds%s',
    (since) => {
      const policies = open;
      const whole = told(ask({ upstream: long(), policies, dialect: { maxCount: 1000 } }, get(`/_history?_count=50${since}`)));
      expect(JSON.stringify(whole)).not.toMatch(/again|o3|o6|o9|o12/);
      const paged = walk(
        { upstream: long(), policies, dialect: { maxCount: 3 }, limits: { pageBudget: 8 } },
        `/_history?_count=2${since}`,
      );
      expect(paged.all).toEqual(whole);
      expect(paged.most).toBeLessThan(8);
    },
  );

  test('what was current at a time is read from the newest entry on', () => {
    const one: Setting = { upstream: long(), policies: open, dialect: { maxCount: 3 }, limits: { pageBudget: 50 } };
    const at = told(ask({ ...one, dialect: { maxCount: 1000 } }, get('/_history?_count=50&_at=2026-01-02')));
    expect(at).toHaveLength(9);
    expect(walk(one, '/_history?_count=3&_at=2026-01-02').all).toEqual(at);
  });

  test('leaves out types that are closed; of a closed type it is refused', () => {
    const closed: TestPolicies = { '*': { refuse: 'forbidden' }, 'history-system Patient': {} };
    expect(told(ask(setting(closed), get('/_history')))).toEqual([]);
    expect(ask(setting(closed), get('/Observation/_history')).status).toBe(403);
    expect(ask(setting({ '*': { refuse: 'forbidden' } }), get('/_history')).status).toBe(403);
  });

  test('is not served where the upstream has none, and ends in an alarm rather than in part', () => {
    for (const target of ['/_history', '/Observation/_history', '/Observation/a/_history'])
      expect(ask({ ...setting(), dialect: { history: false } }, get(target)).problem?.code).toBe('interaction-not-supported');
    const short = { ...setting(), dialect: { maxCount: 1 }, limits: { pageBudget: 2 } };
    expect(ask(short, get('/_history')).problem?.code).toBe('too-costly');
  });
});
