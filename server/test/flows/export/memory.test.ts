/** Memory stays flat while an export streams through: a small share of `npm run bench -- export`, which carries a gigabyte. In processes of their own, so it takes some seconds. */
import { expect, test } from 'vitest';
import { exportThrough } from '../../../../bench/export.ts';

test('an export of 40 MB leaves the memory as it was', { timeout: 240_000 }, async () => {
  const { megabytes, resources, rss } = await exportThrough(40);
  expect(megabytes).toBeGreaterThanOrEqual(40);
  expect(resources).toBeGreaterThan(4_900);
  // Were it kept, it would be there in full; the rest is what the heap does between two collections.
  expect(rss.job - rss.before).toBeLessThan(32);
  expect(rss.fetching - rss.before).toBeLessThan(32);
});
