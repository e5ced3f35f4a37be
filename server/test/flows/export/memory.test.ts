/** Memory stays flat while an export streams through: a small share of `npm run bench -- export`, which carries a gigabyte. In processes of their own, so it takes some seconds. */
import { expect, test } from 'vitest';
import { exportThrough } from '../../../../bench/export.ts';

test('an export of 80 MB leaves the memory as it was', { timeout: 240_000 }, async () => {
  const { megabytes, resources, rss } = await exportThrough(80);
  expect(megabytes).toBeGreaterThanOrEqual(80);
  expect(resources).toBeGreaterThan(9_800);
  // Were it kept, it would be there in full; the rest is what the heap of a new process does between two collections: 34 MB were seen of 40, 21 of 80.
  expect(rss.job - rss.before).toBeLessThan(48);
  expect(rss.fetching - rss.before).toBeLessThan(48);
});
