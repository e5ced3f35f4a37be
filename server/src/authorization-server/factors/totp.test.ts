import { expect, test } from 'vitest';
import { base32 } from './base32.ts';
import { matchingStep, totpCode, totpUri } from './totp.ts';

const secret = Buffer.from('12345678901234567890');

test('the SHA-1 vectors of RFC 6238, appendix B (last six digits)', () => {
  const vectors = [
    [59, '287082'],
    [1111111109, '081804'],
    [1111111111, '050471'],
    [1234567890, '005924'],
    [2000000000, '279037'],
    [20000000000, '353130'],
  ] as const;
  for (const [seconds, code] of vectors) expect(totpCode(secret, Math.floor(seconds / 30))).toBe(code);
});

test('the vectors of RFC 4648 §10', () => {
  const vectors = { '': '', f: 'MY', fo: 'MZXQ', foo: 'MZXW6', foob: 'MZXW6YQ', fooba: 'MZXW6YTB', foobar: 'MZXW6YTBOI' };
  for (const [text, encoded] of Object.entries(vectors)) expect(base32(Buffer.from(text))).toBe(encoded);
});

test('the step before and after are taken, no other, and nothing that is not six digits', () => {
  const now = 1_700_000_000_000;
  const step = Math.floor(now / 30_000);
  for (const away of [-1, 0, 1]) expect(matchingStep(secret, totpCode(secret, step + away), now)).toBe(step + away);
  for (const away of [-2, 2]) expect(matchingStep(secret, totpCode(secret, step + away), now)).toBeUndefined();
  for (const odd of ['', '12345', '1234567', '١٢٣٤٥٦', '12 456', `${totpCode(secret, step)} `]) {
    expect(matchingStep(secret, odd, now)).toBeUndefined();
  }
});

test('the address for authenticator apps escapes what stands in names', () => {
  expect(totpUri(secret, 'Alder Vale: A&E', 'a b')).toBe(
    'otpauth://totp/Alder%20Vale%3A%20A%26E:a%20b?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Alder%20Vale%3A%20A%26E',
  );
});
