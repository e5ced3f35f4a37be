import { expect, test } from 'vitest';
import { keySeal } from './key-seal.ts';

const [old, fresh] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
const jwk = { kty: 'oct', k: 'secret-of-this-server' };

test('what is sealed opens in its place, and tells nothing', () => {
  const sealed = keySeal([old]).seal('cookie\n1', jwk);
  expect(JSON.stringify(sealed)).not.toMatch(/secret|oct/);
  expect(keySeal([old]).open('cookie\n1', sealed)).toEqual(jwk);
  expect(keySeal([old]).seal('cookie\n1', jwk)).not.toEqual(sealed);
});

test('it opens at no other place, by no other secret, and not when a bit differs', () => {
  const seal = keySeal([old]);
  const sealed = seal.seal('cookie\n1', jwk) as { by: string; sealed: string };
  expect(seal.open('token-signing\n1', sealed)).toBeUndefined();
  expect(keySeal([fresh]).open('cookie\n1', sealed)).toBeUndefined();
  const bytes = Buffer.from(sealed.sealed, 'base64url');
  for (const at of [0, 15, bytes.length - 1]) {
    const bent = Buffer.from(bytes);
    bent[at]! ^= 1;
    expect(seal.open('cookie\n1', { ...sealed, sealed: bent.toString('base64url') })).toBeUndefined();
  }
});

test.each([{}, jwk, { by: 'x', sealed: 'AAAA' }, { by: '', sealed: 7 }])('%j is not sealed, and no key', (stored) => {
  expect(keySeal([old]).open('cookie\n1', stored as Record<string, unknown>)).toBeUndefined();
});

test('the first secret seals, the others still open', () => {
  const sealed = keySeal([old]).seal('cookie\n1', jwk);
  const both = keySeal([fresh, old]);
  expect([both.open('cookie\n1', sealed), both.isNewest(sealed)]).toEqual([jwk, false]);
  expect(both.isNewest(both.seal('cookie\n1', jwk))).toBe(true);
});
