/** A fixed share of `npm run attacks -- audit`, which tries a thousand. */
import { expect, test } from 'vitest';
import { attackAudit } from './audit.ts';

test('R-162 tampering with journal, database or both is found and named; a clean trail is never accused', async () => {
  const { tried, detected, controls, wrong } = await attackAudit(40, 20261125);
  expect(wrong).toEqual([]);
  expect({ tried, detected, controls }).toEqual({ tried: 40, detected: 40, controls: 40 });
}, 60_000);
