import { expect, test } from 'vitest';
import { layOver } from './lay-over.ts';

test('objects are merged member by member, everything else is replaced; what was given is untouched', () => {
  const base = { http: { tls: { key: 'k' }, list: [1] }, level: 'info' };
  expect(layOver(base, { http: { tls: { clientCa: 'c' }, list: [2] }, level: { a: 1 } })).toEqual({
    http: { tls: { key: 'k', clientCa: 'c' }, list: [2] },
    level: { a: 1 },
  });
  expect(base).toEqual({ http: { tls: { key: 'k' }, list: [1] }, level: 'info' });
});
