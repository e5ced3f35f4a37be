/** search-semantics §4: `:in`, `:not-in`, `:below`, `:above` of codes mean what the ValueSets and CodeSystems say that the caller sees. */
import { describe, expect, test, vi } from 'vitest';
import { ask, type Ended } from '../../test/host.ts';
import { hidden, type TestPolicies, unlabelled } from '../../test/permits.ts';
import { SmallUpstream } from '../../test/small-upstream.ts';

vi.mock('../decision/decide.ts', async () => ({ decide: (await import('../../test/permits.ts')).decideByTable }));

const filtered: TestPolicies = { '*': { sees: unlabelled } };
const secret = { meta: hidden };
const BEASTS = 'http://beasts';

const beasts = (more: object = {}) => ({
  resourceType: 'CodeSystem',
  id: 'beasts',
  url: BEASTS,
  content: 'complete',
  concept: [{ code: 'mammal', concept: [{ code: 'dog' }, { code: 'cat', concept: [{ code: 'lion' }] }] }, { code: 'bird' }],
  ...more,
});
const set = (id: string, compose: object, more: object = {}) => ({
  resourceType: 'ValueSet',
  id,
  url: `http://sets/${id}`,
  compose,
  ...more,
});
const seen = (id: string, code: string, more: object = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { coding: [{ system: BEASTS, code }] },
  subject: { reference: 'Patient/ann' },
  ...more,
});

function zoo(...more: readonly object[]): SmallUpstream {
  return new SmallUpstream([
    ...[seen('d', 'dog'), seen('c', 'cat'), seen('l', 'lion'), seen('b', 'bird'), seen('x', 'dog', secret)],
    ...[{ resourceType: 'Patient', id: 'ann', gender: 'female' }, beasts()],
    set('pets', { include: [{ system: BEASTS, concept: [{ code: 'dog' }, { code: 'cat' }] }] }),
    set('none', { include: [{ system: BEASTS, concept: [] }], exclude: [{ system: BEASTS }] }),
    set('cats', { include: [{ system: BEASTS, filter: [{ property: 'concept', op: 'is-a', value: 'cat' }] }] }),
    ...more,
  ]);
}

const told = ({ status, problem, json }: Ended): string =>
  status === 200
    ? (json.entry ?? []).map(({ resource }: { resource: { id: string } }) => resource.id).join(' ')
    : `${status} ${problem?.code}`;
const found = (target: string, upstream = zoo(), policies = filtered): string => told(ask({ upstream, policies }, { target }));
const codes = (upstream: SmallUpstream) => upstream.log.filter((one) => /Observation.*code/.test(one)).map(decodeURIComponent);

describe('codes by terminology', () => {
  test.each([
    ['/Observation?code:in=http://sets/pets', 'c d'],
    ['/Observation?code:not-in=http://sets/pets', 'b l'],
    ['/Observation?code:in=http://sets/cats', 'c l'],
    ['/Observation?code:in=http://sets/pets,http://sets/cats', 'c d l'],
    ['/Observation?code:in=http://sets/pets&code:in=http://sets/cats', 'c'],
    ['/Observation?code:in=http://sets/none', ''],
    ['/Observation?code:not-in=http://sets/none', 'b c d l'],
    ['/Observation?code:below=http://beasts|cat', 'c l'],
    ['/Observation?code:below=http://beasts|mammal', 'c d l'],
    ['/Observation?code:above=http://beasts|lion', 'c l'],
    ['/Observation?_filter=code in http://sets/pets', 'c d'],
    ['/Patient?_has:Observation:subject:code:below=http://beasts|cat', 'ann'],
    ['/Observation?subject:Patient.gender:in=http://sets/pets', ''],
  ])('%s finds "%s"', (target, wanted) => {
    const [path = '', query = ''] = target.split('?');
    const encoded = query.replace('_filter=code in', '_filter=code%20in%20').replaceAll('|', '%7C').replace('%20 ', '%20');
    expect(found(`${path}?${encoded}`)).toBe(wanted);
  });

  test('the server behind is asked for codes, never for a set or a hierarchy', () => {
    for (const target of ['code:in=http://sets/pets', 'code:not-in=http://sets/pets', 'code:below=http://beasts%7Ccat']) {
      const upstream = zoo();
      expect(ask({ upstream, policies: filtered }, { target: `/Observation?${target}` }).status).toBe(200);
      expect(codes(upstream)).toHaveLength(1);
      expect(codes(upstream)[0]).toMatch(/code(:not)?=http:\/\/beasts\|\w+,/);
    }
  });

  test.each(['in=http://sets/x', 'not-in=http://sets/x', 'below=http://y%7Cz', 'below=http://beasts%7Cgnat'])(
    'R-092 what is hidden is refused as what is absent: code:%s',
    (end) => {
      const target = `/Observation?code:${end}`;
      const hiddenToo = zoo(
        set('x', { include: [{ system: BEASTS, concept: [{ code: 'dog' }] }] }, secret),
        beasts({ id: 'y', url: 'http://y', concept: [{ code: 'z' }], ...secret }),
        beasts({ id: 'more', version: '2', concept: [{ code: 'gnat' }], ...secret }),
      );
      const absent = ask({ upstream: zoo(), policies: filtered }, { target });
      expect(absent.status).toBe(422);
      const one = ask({ upstream: hiddenToo, policies: filtered }, { target });
      expect([one.status, one.problem?.code]).toEqual([absent.status, absent.problem?.code]);
    },
  );

  test('R-092 a hidden version of a set or a system says nothing', () => {
    const upstream = zoo(
      set(
        'pets2',
        { include: [{ system: BEASTS, concept: [{ code: 'bird' }] }] },
        { url: 'http://sets/pets', version: '9', ...secret },
      ),
      beasts({ id: 'b2', version: '9', concept: [{ code: 'cat', concept: [{ code: 'bird' }] }], ...secret }),
    );
    expect(found('/Observation?code:in=http://sets/pets', upstream)).toBe('c d');
    expect(found('/Observation?code:below=http://beasts%7Ccat', upstream)).toBe('c l');
  });

  test('who may not see value sets is told what would be told of absent ones', () => {
    const closed: TestPolicies = { 'search Observation': { sees: unlabelled } };
    expect(found('/Observation?code:in=http://sets/pets', zoo(), closed)).toBe('422 terminology-unknown');
  });

  test('on a maskable element it goes the way of its codes: matched again, negatives kept back where bounded', () => {
    const masked: TestPolicies = { '*': { sees: unlabelled }, 'search Observation': { sees: unlabelled, mask: ['code'] } };
    expect(found('/Observation?code:in=http://sets/pets', zoo(), masked)).toBe('');
    expect(found('/Observation?code:not-in=http://sets/pets', zoo(), masked)).toBe('403 element-closed');
    expect(found('/Observation?_id=d,b&code:not-in=http://sets/pets', zoo(), masked)).toBe('b d');
  });

  test.each(['below=cat', 'above=http://beasts%7C', 'below=%7Ccat'])('a code without its system is refused: code:%s', (end) =>
    expect(found(`/Observation?code:${end}`)).toBe('400 parameter-invalid'),
  );

  test('more codes than a stage may hand on are too many', () => {
    const concept = Array.from({ length: 1001 }, (_, at) => ({ code: `c${at}` }));
    const upstream = zoo(set('many', { include: [{ system: BEASTS, concept }] }));
    expect(found('/Observation?code:in=http://sets/many', upstream)).toBe('403 too-costly');
  });
});
