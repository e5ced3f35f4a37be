import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { narrow } from './narrow.ts';
import { parseScopes } from './parse-scope.ts';
import type { ResourceScope } from './scope.ts';

const granted = (requested: string, allowed: string) => narrow(parseScopes(requested), parseScopes(allowed)).join(' ');

describe('R-101 what is granted', () => {
  const table: readonly [string, string, string, string][] = [
    ['as requested, when all of it is allowed', 'patient/Observation.rs', 'patient/*.cruds', 'patient/Observation.rs'],
    ['a wildcard stays a wildcard', 'patient/*.rs', 'patient/*.cruds', 'patient/*.rs'],
    [
      'a wildcard becomes the allowed types',
      'patient/*.cruds',
      'patient/Observation.rs patient/Condition.r',
      'patient/Observation.rs patient/Condition.r',
    ],
    ['letters are intersected', 'user/Patient.cru', 'user/Patient.rs', 'user/Patient.r'],
    ['letters of several are joined', 'user/Patient.cruds', 'user/Patient.r user/Patient.s user/*.u', 'user/Patient.rus'],
    ['contexts do not mix', 'patient/Patient.rs', 'user/Patient.rs system/*.cruds', ''],
    ['version 1 is answered with version 1', 'patient/*.read', 'patient/*.cruds', 'patient/*.read'],
    ['version 1 when it can be said exactly', 'patient/Patient.*', 'patient/*.rs', 'patient/Patient.read'],
    [
      'version 1 asked, for all types allowed',
      'user/*.*',
      'user/Patient.write user/Group.cruds',
      'user/Patient.write user/Group.*',
    ],
    ['version 2 when version 1 cannot say it', 'patient/Patient.read', 'patient/Patient.r', 'patient/Patient.r'],
    [
      'a constraint is kept when more is allowed',
      'patient/Observation.rs?category=x',
      'patient/Observation.rs',
      'patient/Observation.rs?category=x',
    ],
    [
      'a constraint is added when less is allowed',
      'patient/Observation.rs',
      'patient/Observation.rs?category=x',
      'patient/Observation.rs?category=x',
    ],
    [
      'version 1 asked, constrained allowed',
      'patient/Observation.read',
      'patient/Observation.rs?category=x',
      'patient/Observation.rs?category=x',
    ],
    [
      'different constraints must both hold',
      'patient/Observation.rs?category=x',
      'patient/*.r?_security:not=R',
      'patient/Observation.r?category=x&_security:not=R',
    ],
    [
      'alternatives stay apart',
      'patient/Observation.rs',
      'patient/Observation.rs?category=x patient/Observation.rs?category=y',
      'patient/Observation.rs?category=x patient/Observation.rs?category=y',
    ],
    [
      'the narrower of two grants of one request goes',
      'patient/*.rs',
      'patient/*.r patient/Observation.r patient/*.r?status=x',
      'patient/*.r',
    ],
    [
      'what is encoded stays encoded',
      'patient/Patient.rs',
      'patient/Patient.r?name=a%26b%3Dc%25%20d%22%5C%C3%A9',
      'patient/Patient.r?name=a%26b=c%25%20d%22%5C%C3%A9',
    ],
    ['invalid scopes are never granted', 'patient/Patient.sr bad', 'patient/Patient.sr bad patient/*.cruds', ''],
    ['an invalid allowance allows nothing', 'patient/Patient.rs', 'patient/Patient.rs?category=', ''],
    [
      'prefixed and plain are the same',
      'http://smarthealthit.org/fhir/scopes/patient/*.read',
      'patient/*.rs',
      'http://smarthealthit.org/fhir/scopes/patient/*.read',
    ],
    [
      'others by name',
      'openid fhirUser profile launch launch/patient offline_access https://x.org/a __b',
      'openid launch/patient offline_access __b',
      'openid launch/patient offline_access __b',
    ],
    ['offline is not online', 'online_access', 'offline_access', ''],
    [
      'a role is not another role',
      'launch/list?role=a launch/list?role=b launch/list',
      'launch/list?role=a',
      'launch/list?role=a',
    ],
    ['a launch for one type is not the launch', 'launch', 'launch/patient', ''],
    ['nothing allowed', 'openid patient/*.rs', '', ''],
  ];
  for (const [title, requested, allowed, result] of table) test(title, () => expect(granted(requested, allowed)).toBe(result));
});

test('OWASP API4 four hundred constraints are narrowed in no time, by themselves and by half of themselves', () => {
  const scopes = Array.from({ length: 400 }, (_one, at) => `patient/Observation.cruds?code=${at}`);
  const all = scopes.join(' ');
  const reads = all.replaceAll('cruds', 'rs');
  const began = process.threadCpuUsage().user / 1000;
  expect(granted(all, all)).toBe(all);
  expect(granted(all, `${reads} ${all.replaceAll('cruds', 'cud')}`)).toBe(all);
  expect(granted(all, reads)).toBe(reads);
  // What is left out says nothing new of what is kept.
  expect(granted(all, scopes.slice(0, 200).join(' '))).toBe(scopes.slice(0, 200).join(' '));
  expect(process.threadCpuUsage().user / 1000 - began).toBeLessThan(3_000);
});

describe('R-101 properties', () => {
  const parameters = ['category=x', 'category=y', 'status=final', '_security:not=R'];
  const scope = fc
    .record({
      context: fc.constantFrom('patient', 'user'),
      type: fc.constantFrom('*', 'Observation', 'Patient', 'Group'),
      actions: fc.oneof(
        fc.constantFrom('read', 'write', '*'),
        fc.subarray([...'cruds'], { minLength: 1 }).map((letters) => letters.join('')),
      ),
      query: fc.subarray(parameters, { maxLength: 2 }),
    })
    .map(
      ({ context, type, actions, query }) =>
        `${context}/${type}.${actions}${query.length === 0 || /^(read|write|\*)$/.test(actions) ? '' : `?${query.join('&')}`}`,
    );
  const other = fc.constantFrom(
    'openid',
    'launch',
    'launch/patient',
    'offline_access',
    '__x',
    'patient/Patient.sr',
    'patient/Group.rs?x=',
  );
  const list = fc.array(fc.oneof({ weight: 5, arbitrary: scope }, other), { maxLength: 5 }).map((scopes) => scopes.join(' '));

  /** What a list of scopes lets through, point by point: each resource is described by which constraints it meets. */
  function reach(text: string): Set<string> {
    const points = new Set<string>();
    for (const one of parseScopes(text)) {
      if (one.kind !== 'resource') {
        if (one.kind !== 'invalid') points.add(one.text);
        continue;
      }
      for (const type of ['Observation', 'Patient', 'Group', 'Another']) {
        for (const action of 'cruds') {
          for (let met = 0; met < 1 << parameters.length; met++)
            if (letsThrough(one, type, action, met)) points.add(`${one.context} ${type} ${action} ${met}`);
        }
      }
    }
    return points;
  }

  function letsThrough(one: ResourceScope, type: string, action: string, met: number): boolean {
    const meets = one.parameters.every(({ name, modifier, value }) => {
      const index = parameters.indexOf(`${name}${modifier === undefined ? '' : `:${modifier}`}=${value}`);
      if (index === -1) throw new Error('a constraint that nobody wrote');
      return (met >> index) & 1;
    });
    return meets && (one.type === '*' || one.type === type) && one.actions.includes(action);
  }

  test('exactly the intersection: never wider than either, never narrower than both', () => {
    let some = 0;
    fc.assert(
      fc.property(list, list, (requested, allowed) => {
        const result = granted(requested, allowed);
        if (result !== '') some++;
        expect(parseScopes(result).some(({ kind }) => kind === 'invalid')).toBe(false);
        const expected = reach(requested).intersection(reach(allowed));
        expect(reach(result)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
    expect(some).toBeGreaterThan(150);
  });

  test('idempotent, and the same in the other order', () => {
    fc.assert(
      fc.property(list, list, (requested, allowed) => {
        const result = granted(requested, allowed);
        expect(granted(result, allowed)).toBe(result);
        expect(granted(result, requested)).toBe(result);
        expect(reach(granted(allowed, requested))).toEqual(reach(result));
      }),
      { numRuns: 300 },
    );
  });

  test('monotone: asking for more, or allowing more, never grants less', () => {
    fc.assert(
      fc.property(list, list, list, (requested, allowed, more) => {
        const result = reach(granted(requested, allowed));
        expect(result.isSubsetOf(reach(granted(`${requested} ${more}`, allowed)))).toBe(true);
        expect(result.isSubsetOf(reach(granted(requested, `${allowed} ${more}`)))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
