import { describe, expect, test } from 'vitest';
import { ask, candidateOf, factsOf, now, permitOf, type Words } from '../../test/ask.ts';
import type { Refusal } from './permit.ts';

const open = { id: 'open' };
const sure = { id: 'sure', environment: { assurance: { acr: ['aal2', 'aal3'], maxAge: 300 } } };
const unless = (more: object = {}): Words => ({
  id: 'not-weakly',
  effect: 'deny',
  unless: { assurance: { acr: ['aal2'] } },
  ...more,
});
const signIn = (acr: string, ago = 0) => ({ signIn: { acr, at: now - ago * 1000 } });

describe('RFC 9470 a rule that only a surer sign-in would turn asks for one', () => {
  test.each<[string, readonly Words[], object, unknown]>([
    ['no sign-in known', [sure], {}, { acr: ['aal2', 'aal3'], maxAge: 300 }],
    ['a weaker one', [sure], signIn('aal1'), { acr: ['aal2', 'aal3'], maxAge: 300 }],
    ['one of long ago', [sure], signIn('aal2', 301), { acr: ['aal2', 'aal3'], maxAge: 300 }],
    ['one in the future', [sure], signIn('aal2', -60), { acr: ['aal2', 'aal3'], maxAge: 300 }],
    ['a deny that it would lift', [open, unless()], signIn('aal1'), { acr: ['aal2'], maxAge: undefined }],
    ['both, in one', [sure, unless()], {}, { acr: ['aal2'], maxAge: 300 }],
  ])('R-049 %s', (_, rules, caller, stepUp) => {
    expect(ask(rules, caller)).toMatchObject({
      kind: 'refusal',
      denyAs: 'unauthorized',
      decision: { cause: 'authentication' },
    });
    expect((ask(rules, caller) as Refusal).stepUp).toEqual(stepUp);
  });

  test.each<[string, readonly Words[], object]>([
    ['sure and lately enough', [sure], signIn('aal3', 299)],
    ['where another rule permits', [open, sure], {}],
    ['where the deny is lifted', [open, unless()], signIn('aal2', 9999)],
  ])('R-049 nothing is asked %s', (_, rules, caller) => {
    expect(ask(rules, caller).kind).toBe('permit');
  });

  test.each<[string, readonly Words[], object]>([
    ['another condition fails too', [{ ...sure, environment: { ...sure.environment, networks: ['10.0.0.0/8'] } }], {}],
    ['another deny closes the type', [sure, { id: 'closed', effect: 'deny' }], {}],
    ['no rule permits it anyway', [unless()], {}],
    ['a service cannot sign in', [sure], { kind: 'system', scope: 'system/*.cruds', user: undefined }],
    ['the scopes do not reach it', [sure], { scope: 'user/Patient.rs' }],
  ])('R-049 nothing is asked where %s', (_, rules, caller) => {
    const refusal = ask(rules, caller) as Refusal;
    expect(refusal.kind).toBe('refusal');
    expect(refusal.stepUp).toBeUndefined();
  });

  test('I11 a deny that reads the resource hides, and asks for no sign-in', () => {
    const label = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality|R';
    const permit = permitOf([
      { ...open, clears: { confidentiality: 'R' } },
      unless({ resources: { labels: { any: [label] } } }),
    ]);
    const restricted = { meta: { security: [{ system: label.split('|')[0], code: 'R' }] } };
    expect(permit.judge(candidateOf(restricted), factsOf())).toMatchObject({ effect: 'deny', denyAs: 'not-found' });
    expect(permit.judge(candidateOf(), factsOf()).effect).toBe('permit');
  });
});

describe('R-074, R-077 circumstances, each of which alone turns the outcome', () => {
  // The moment of these tests is Friday, 2026-05-01T00:00Z: 02:00 in Vienna.
  const cases: readonly (readonly [string, object, object, boolean])[] = [
    ['inside the network', { networks: ['127.0.0.0/8'] }, {}, true],
    ['inside it, as sockets write it', { networks: ['127.0.0.0/8'] }, { address: '::ffff:127.0.0.1' }, true],
    ['outside the network', { networks: ['10.0.0.0/8', '2001:db8::/32'] }, {}, false],
    ['inside the other', { networks: ['10.0.0.0/8', '2001:db8::/32'] }, { address: '2001:db8:1::7' }, true],
    ['at no address', { networks: ['0.0.0.0/0'] }, { address: 'unknown' }, false],
    ['on the day', { time: { zone: 'UTC', days: ['friday'] } }, {}, true],
    ['on another day', { time: { zone: 'UTC', days: ['thursday'] } }, {}, false],
    ['on the day of another zone', { time: { zone: 'America/New_York', days: ['thursday'] } }, {}, true],
    ['in the hours', { time: { zone: 'Europe/Vienna', from: '02:00', to: '03:00' } }, {}, true],
    ['after the hours', { time: { zone: 'Europe/Vienna', from: '01:00', to: '02:00' } }, {}, false],
    [
      'over midnight, on the day on which it began',
      { time: { zone: 'UTC', days: ['thursday'], from: '22:00', to: '06:00' } },
      {},
      true,
    ],
    ['over midnight, a day later', { time: { zone: 'UTC', days: ['friday'], from: '22:00', to: '06:00' } }, {}, false],
    [
      'with a trusted certificate',
      { certificate: 'trusted' },
      { certificate: { thumbprint: 't', subject: 's', trusted: true } },
      true,
    ],
    [
      'with one of its own',
      { certificate: 'trusted' },
      { certificate: { thumbprint: 't', subject: 's', trusted: false } },
      false,
    ],
    ['with any', { certificate: 'shown' }, { certificate: { thumbprint: 't', subject: 's', trusted: false } }, true],
    ['without one', { certificate: 'shown' }, {}, false],
    ['a token of the issuer', { issuers: ['https://as.example'] }, {}, true],
    ['a token of another', { issuers: ['https://other.example'] }, {}, false],
  ];

  test.each(cases)('a permit %s', (_, environment, caller, holds) => {
    expect(ask([{ id: 'when', environment }], caller).kind).toBe(holds ? 'permit' : 'refusal');
  });

  test.each(cases)('a deny unless %s', (_, unless, caller, holds) => {
    expect(ask([open, { id: 'not', effect: 'deny', unless }], caller).kind).toBe(holds ? 'permit' : 'refusal');
  });

  test.each(cases)('a deny %s', (what, environment, caller, holds) => {
    // What cannot be told is a reason to deny.
    const denied = holds || what === 'at no address';
    expect(ask([open, { id: 'not', effect: 'deny', environment }], caller).kind).toBe(denied ? 'refusal' : 'permit');
  });
});
