import { expect, test } from 'vitest';
import { createThrottle } from './throttle.ts';

test('R-048 repeated failures wait longer and longer, but never for ever', () => {
  let now = 0;
  const throttle = createThrottle(() => now);
  const waits = Array.from({ length: 16 }, () => {
    throttle.tried('Ada', '10.0.0.1');
    const wait = (throttle.waitUntil('ada', '10.0.0.1') ?? now) - now;
    now += wait;
    return wait;
  });
  expect(waits.slice(0, 4)).toEqual([0, 0, 1000, 2000]);
  expect(Math.max(...waits)).toBe(300_000);
});

test('R-048 an attacker cannot lock out somebody who signs in from elsewhere', () => {
  const throttle = createThrottle(() => 0);
  for (let at = 0; at < 50; at++) throttle.tried('ada', '203.0.113.9');
  expect(throttle.waitUntil('ada', '10.0.0.1')).toBeUndefined();
  expect(throttle.waitUntil('ada', '203.0.113.9')).toBeGreaterThan(0);
});

test('one address that tries many names waits too', () => {
  const throttle = createThrottle(() => 0);
  for (let at = 0; at < 101; at++) throttle.tried(`name-${at}`, '203.0.113.9');
  expect(throttle.waitUntil('somebody new', '203.0.113.9')).toBeGreaterThan(0);
});

test('a busy hospital behind one address is not slowed by its own successes', () => {
  const throttle = createThrottle(() => 0);
  for (let at = 0; at < 1000; at++) {
    throttle.tried(`name-${at}`, '10.0.0.1');
    throttle.succeeded(`name-${at}`, '10.0.0.1');
  }
  expect(throttle.waitUntil('ada', '10.0.0.1')).toBeUndefined();
});

test('success forgets', () => {
  const throttle = createThrottle(() => 0);
  for (let at = 0; at < 5; at++) throttle.tried('ada', '10.0.0.1');
  throttle.succeeded('ada', '10.0.0.1');
  expect(throttle.waitUntil('ada', '10.0.0.1')).toBeUndefined();
});
