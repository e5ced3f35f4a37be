import { expect, test } from 'vitest';
import { orderedId } from './ordered-id.ts';

test('ids grow with time, are UUIDs of version 7, and are never the same', () => {
  const [early, late] = [orderedId(1_764_000_000_000), orderedId(1_764_000_000_001)];
  for (const id of [early, late]) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(early < late).toBe(true);
  expect(Number.parseInt(early.replace('-', '').slice(0, 12), 16)).toBe(1_764_000_000_000);
  expect(new Set(Array.from({ length: 10_000 }, () => orderedId(5))).size).toBe(10_000);
});
