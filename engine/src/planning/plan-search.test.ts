import { describe, expect, test } from 'vitest';
import { decideByTable, type TestRule } from '../../test/permits.ts';
import type { Permit } from '../decision/permit.ts';
import { r4 } from '../fhir/r4.ts';
import { Problem } from '../problem.ts';
import type { SearchRequest } from '../request/request.ts';
import { understand } from '../request/understand.ts';
import type { Dialect } from './dialect.ts';
import { planSearch, type SearchPlan } from './plan-search.ts';

const able: Dialect = {
  name: 'able',
  ifMatch: true,
  sortById: true,
  compartmentSearch: true,
  postSearch: true,
  maxCount: 500,
  matchesAlike: new Set(['token', 'reference', 'string', 'composite']),
  foldsAccents: false,
  checksReferences: false,
  history: true,
  transactions: true,
};
const bases = { ours: 'https://guard.example/fhir', upstream: 'http://upstream/fhir' };

function plan(target: string, rule: TestRule = {}, dialect: Partial<Dialect> = {}): SearchPlan {
  const asked = understand({ method: 'GET', target, headers: new Map(), body: new Uint8Array(0) }, r4()) as SearchRequest;
  const type = r4().types.get(asked.types[0]!)!;
  const permit = decideByTable({ interaction: 'search', type: type.name, policies: { '*': rule } }) as Permit;
  return planSearch(asked, permit, {
    type,
    tables: r4(),
    dialect: { ...able, ...dialect },
    bases,
    now: Date.parse('2024-01-01T00:00:00Z'),
    count: asked.count ?? 20,
  });
}

const path = (...args: Parameters<typeof plan>) => decodeURIComponent(plan(...args).first?.path ?? 'nothing');

function refusal(...args: Parameters<typeof plan>): string {
  try {
    plan(...args);
    return 'planned';
  } catch (problem) {
    if (problem instanceof Problem) return problem.code;
    throw problem;
  }
}

describe('what is sent', () => {
  test('is rebuilt, ordered to the last tie, with one more than asked, and strict', () => {
    const { first } = plan('/Observation?code=a%2Cb&_sort=-date&_count=20', { sight: 'full' });
    expect([first!.method, decodeURIComponent(first!.path)]).toEqual(['GET', 'Observation?code=a,b&_sort=-date,_id&_count=21']);
    expect(Object.fromEntries(first!.headers)).toEqual({ accept: 'application/fhir+json', prefer: 'handling=strict' });
    expect(first!.writes).toBe(false);
  });

  test('asks for larger pages where some matches may be hidden, within what the dialect honours', () => {
    expect(path('/Observation?_count=5')).toContain('_count=50');
    expect(path('/Observation?_count=80')).toContain('_count=81');
    expect(path('/Observation?_count=80', {}, { maxCount: 60 })).toContain('_count=60');
  });

  test('sorts by _id once, and not where the dialect cannot', () => {
    expect(path('/Observation?_sort=-_id')).toContain('_sort=-_id&');
    expect(path('/Observation', {}, { sortById: false })).not.toContain('_sort');
  });

  test('posts a long query as a form', () => {
    const list = Array.from({ length: 120 }, (_, n) => `identifier-number-${n}`).join(',');
    const { first } = plan(`/Patient?identifier=${list}`);
    expect([first!.method, first!.path, first!.headers.get('content-type')]).toEqual([
      'POST',
      'Patient/_search',
      'application/x-www-form-urlencoded',
    ]);
    expect(decodeURIComponent(new TextDecoder().decode(first!.body))).toBe(`identifier=${list}&_sort=_id&_count=50`);
    expect(plan(`/Patient?identifier=${list}`, {}, { postSearch: false }).first!.method).toBe('GET');
  });

  test('never asks for the total of what may be hidden', () => {
    expect(path('/Observation?_total=accurate')).not.toContain('_total');
    expect(path('/Observation?_total=accurate', { sight: 'full' })).toContain('_total=accurate');
  });

  test('means by our base what the upstream means by its own', () => {
    expect(path('/Observation?subject=https://guard.example/fhir/Patient/p')).toContain('subject=Patient/p&');
    expect(path('/ValueSet?url=https://guard.example/fhir/ValueSet/v')).toContain('url=http://upstream/fhir/ValueSet/v&');
    expect(path('/Observation?subject=https://guard.example/fhir2/Patient/p')).toContain('fhir2');
  });
});

describe('narrowing', () => {
  const only = { onlyPatient: 'p' };
  test('to the patient in whose compartment everything visible lies', () => {
    expect(path('/Patient', only)).toContain('Patient?_id=p&');
    expect(path('/Encounter', only)).toContain('Encounter?patient=Patient/p&');
    expect(path('/Observation?code=c', only)).toContain('Patient/p/Observation?code=c&');
    const asked = (target: string) => {
      const { first, others, sortHere } = plan(target, only, { compartmentSearch: false });
      return [sortHere !== undefined, ...[first!, ...others].map((one) => decodeURIComponent(one.path).split('&_sort')[0])];
    };
    const each = ['subject', 'performer'].map((name) => `Observation?code=c&${name}=Patient/p`);
    expect(asked('/Observation?code=c')).toEqual([true, ...each]);
    expect(asked('/Observation?subject=Patient/p')).toEqual([false, 'Observation?subject=Patient/p']);
    expect(path('/Medication', only)).toContain('Medication?_sort');
  });

  test('adds to the client’s own criteria and never replaces them', () => {
    expect(path('/Encounter?patient=Patient/q', only)).toContain('patient=Patient/q&patient=Patient/p&');
    expect(path('/Patient?_id=q', only)).toBe('nothing');
    expect(path('/Patient?_id=q,p', only)).toContain('_id=p&');
    expect(path('/Patient/q/Observation', only)).toContain('Patient/q/Observation?');
  });

  test('a compartment search is a criterion', () => {
    expect(path('/Patient/q/Encounter')).toContain('Encounter?patient=Patient/q&');
    expect(path('/Patient/q/Observation?code=c')).toContain('Patient/q/Observation?code=c&');
    const { first, others, bounded } = plan('/Patient/q/Observation?code=c', {}, { compartmentSearch: false });
    expect([first!, ...others].map((one) => decodeURIComponent(one.path).split('&_sort')[0])).toEqual([
      'Observation?code=c&subject=Patient/q',
      'Observation?code=c&performer=Patient/q',
    ]);
    expect(bounded).toBe(true);
    expect(refusal('/Patient/q/Medication')).toBe('interaction-not-supported');
  });

  test('a compartment search on a maskable reference must be met by the released form too', () => {
    for (const [target, mask] of [
      ['/Patient/q/Encounter', 'subject'],
      ['/Patient/q/Observation', 'performer'],
    ] as const) {
      expect(plan(target, { maskable: [mask] }).onReleased).toHaveLength(1);
      expect(plan(target, { maskable: ['status'] }).onReleased).toHaveLength(0);
      expect(refusal(target, { maskable: [mask] }, { matchesAlike: new Set() })).toBe('element-closed');
    }
  });

  test('repeated _id is intersected here', () => {
    expect(path('/Observation?_id=a,b,c&_id=b,c,d&_id=c,b')).toContain('_id=b,c&');
    expect(path('/Observation?_id=a&_id=b')).toBe('nothing');
  });
});

describe('a criterion is only evaluated on what the caller may see', () => {
  const wayOf = (target: string, maskable: readonly string[], dialect: Partial<Dialect> = {}): string => {
    const code = refusal(target, { maskable }, dialect);
    if (code !== 'planned') return code;
    const { first, onReleased, sortHere } = plan(target, { maskable }, dialect);
    if (sortHere !== undefined) return 'sorted here';
    if (onReleased.length === 0) return 'pushed';
    const name = /\?([^=:&]+)/.exec(target)![1]!;
    return decodeURIComponent(first!.path).includes(`${name}=`) || decodeURIComponent(first!.path).includes(`${name}:`)
      ? 'matched again'
      : 'kept back';
  };

  test.each([
    ['/Encounter?reason-code=x', ['reasonCode'], 'matched again'],
    ['/Encounter?reason-code:missing=false', ['reasonCode'], 'element-closed'],
    ['/Encounter?reason-code:not=x', ['reasonCode'], 'element-closed'],
    ['/Encounter?reason-code:not=x&patient=p', ['reasonCode'], 'kept back'],
    ['/Encounter?reason-code:missing=true', ['reasonCode'], 'element-closed'],
    ['/Encounter?reason-code:missing=true&patient=p', ['reasonCode'], 'kept back'],
    ['/Encounter?reason-code=x', ['reasonCode.coding.system'], 'element-closed'],
    ['/Encounter?date=ge2022', ['period.end'], 'element-closed'],
    ['/Encounter?date=ge2022&_id=a', ['period.end'], 'kept back'],
    ['/Encounter?date=ge2022&_id=a', ['period'], 'kept back'],
    ['/Encounter?date=ge2022&identifier=s|v', ['period.end'], 'kept back'],
    ['/Encounter?date=ge2022&identifier=v', ['period.end'], 'element-closed'],
    ['/Encounter?date=ge2022&status=final', ['period.end'], 'element-closed'],
    ['/Patient?name=x', ['name.given'], 'matched again'],
    ['/Patient?family=x', ['name'], 'matched again'],
    ['/Patient?family=x', ['name.given'], 'pushed'],
    ['/Patient?phonetic=x&_id=a', ['name'], 'element-closed'],
    ['/Patient?address-city=x', ['address.line'], 'pushed'],
    ['/Patient?deceased=false', ['deceasedDateTime'], 'element-closed'],
    ['/Patient?deceased=false&_id=a', ['deceasedDateTime'], 'kept back'],
    ['/Patient?phone=1&_id=a', ['telecom'], 'kept back'],
    ['/Observation?code-value-quantity=c$5', ['valueQuantity'], 'matched again'],
    ['/Observation?code-value-quantity=c$5', ['valueQuantity.unit'], 'element-closed'],
    ['/Observation?code-value-quantity=c$5', ['note'], 'pushed'],
    ['/Encounter?_sort=-date', ['period'], 'element-closed'],
    ['/Encounter?_sort=-date&patient=p', ['period'], 'sorted here'],
    ['/Encounter?_sort=status', ['period'], 'pushed'],
    ['/Encounter?status=x', ['statusHistory'], 'pushed'],
    ['/Encounter?_tag=x', [], 'pushed'],
    ['/Encounter?_tag=x', ['period'], 'element-closed'],
    ['/Encounter?_tag=x&patient=p', ['period'], 'kept back'],
    ['/Encounter?_profile=x', ['period'], 'pushed'],
    ['/Encounter?_security:not=x', ['period'], 'pushed'],
    ['/Encounter?_id=x', ['period'], 'pushed'],
  ] as const)('%s with %j masked: %s', (target, maskable, expected) => {
    expect(wayOf(target, maskable)).toBe(expected);
  });

  test('is matched again only where ours implies theirs', () => {
    expect(wayOf('/Patient?name=x', ['name'], { matchesAlike: new Set(['token']) })).toBe('element-closed');
    expect(wayOf('/Patient?name=x&_id=a', ['name'], { matchesAlike: new Set(['token']) })).toBe('kept back');
  });

  test('/Location?partof:below=Location/x: only in full sight', () => {
    const target = '/Location?partof:below=Location/x';
    expect(refusal(target)).toBe('element-closed');
    expect(refusal(target, { sight: 'full', maskable: ['status'] })).toBe('element-closed');
    expect(refusal(target, { sight: 'full' })).toBe('planned');
  });

  test.each(['/Observation?_text=x', '/Observation?_content=x', '/Location?near=1|2|3'])(
    '%s: only where nothing could be masked, and in an order of ours',
    (target) => {
      expect(refusal(target, { maskable: ['status'] })).toBe('element-closed');
      expect(refusal(target, { sight: 'full', maskable: ['status'] })).toBe('element-closed');
      expect(refusal(target, {}, { sortById: false })).toBe('element-closed');
      expect(path(target)).toContain('_sort=_id');
    },
  );

  test('the text of a code is asked of the server where nothing could be masked, else kept back', () => {
    expect(path('/Observation?code:text=x')).toContain('code:text=x');
    expect(refusal('/Observation?code:text=x', { maskable: ['note'] })).toBe('element-closed');
    expect(path('/Observation?code:text=x&_id=a', { maskable: ['note'] })).not.toContain('code:text');
  });

  test('what points into one record bounds a search, what points to a practitioner does not', () => {
    const masked = { maskable: ['code'] };
    expect(refusal('/Condition?code:not=x&asserter=Patient/p', masked)).toBe('planned');
    expect(refusal('/Condition?code:not=x&asserter=Practitioner/d', masked)).toBe('element-closed');
    expect(refusal('/Condition?code:not=x&asserter=d', masked)).toBe('element-closed');
    expect(refusal('/Observation?code:not=x&has-member=Observation/o', masked)).toBe('planned');
  });

  test.each(['in=http://x', 'not-in=http://x', 'above=http://x|a', 'below=http://x|a'])(
    'code:%s: never asked of the server, which would answer by hidden terminology too',
    (end) => expect(refusal(`/Observation?code:${end}`, { sight: 'full' })).toBe('parameter-unknown'),
  );

  test.each([
    '/Observation?code:not=x',
    '/Observation?code:missing=true',
    '/Observation?date=gt2020',
    '/Observation?_security=R',
    '/Observation?_source=x',
  ])('%s: pushed on filtered types, since a match depends on its resource alone', (target) =>
    expect(refusal(target)).toBe('planned'),
  );
});
