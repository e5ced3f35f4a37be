import { describe, expect, test } from 'vitest';
import { createPasswords } from './passwords.ts';

const cheap = { memory: 256, passes: 1, parallelism: 1 };

describe('R-048 passwords', () => {
  test('R-048 are kept as argon2id with at least 19 MiB', async () => {
    expect(await createPasswords().hash('correct horse')).toMatch(
      /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/,
    );
  });

  test('match only themselves, in any Unicode spelling', async () => {
    const passwords = createPasswords(cheap);
    const stored = await passwords.hash('pässword');
    expect(await passwords.verify('pässword', stored)).toBe(true);
    expect(await passwords.verify('pa\u0308ssword', stored)).toBe(true);
    expect(await passwords.verify('passwort', stored)).toBe(false);
    expect(await passwords.verify('', stored)).toBe(false);
  });

  test('differ in salt', async () => {
    const passwords = createPasswords(cheap);
    expect(await passwords.hash('a')).not.toBe(await passwords.hash('a'));
  });

  test('R-048 an unknown name costs as much as a wrong password', async () => {
    const passwords = createPasswords({ memory: 8192, passes: 2, parallelism: 1 });
    const stored = await passwords.hash('right');
    // The fastest of each, in turns: what else the machine does can only slow them down.
    let [known, unknown] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    const time = async (of: string | undefined) => {
      const start = performance.now();
      expect(await passwords.verify('wrong', of)).toBe(false);
      return performance.now() - start;
    };
    for (let at = 0; at < 12; at++) {
      known = Math.min(known, await time(stored));
      unknown = Math.min(unknown, await time(undefined));
    }
    expect(unknown).toBeGreaterThan(known / 2);
    expect(known).toBeGreaterThan(unknown / 2);
  });

  test.each([
    '',
    'x',
    '$argon2id$v=19$m=99999999,t=2,p=1$AAAA$AAAA',
    '$argon2i$v=19$m=256,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA',
    '$2b$10$abc',
  ])('a stored value that is none (%j) matches nothing', async (stored) => {
    expect(await createPasswords(cheap).verify('', stored)).toBe(false);
  });

  test('a flood is refused instead of queued for ever', async () => {
    const passwords = createPasswords(cheap);
    const all = await Promise.allSettled(Array.from({ length: 200 }, () => passwords.verify('x', undefined)));
    const refused = all.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.every((one) => one.status === 'rejected' && one.reason.code === 'rate-limited')).toBe(true);
    expect(await passwords.verify('x', undefined)).toBe(false);
  });
});
