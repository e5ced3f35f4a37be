/**
 * Issue "Audit", what it must show 1: a fixed share (each way on each disk once) of `npm run attacks -- crash`, which takes two hundred moments. Slow, because each moment starts the real server or its
 * PostgreSQL anew.
 */
import { expect, test } from 'vitest';
import { crashAudit } from './crash.ts';

test('R-162 R-171 taken down at random moments: every answer has its record, the chain holds, the database follows', async () => {
  const result = await crashAudit(8, 20261125, () => undefined);
  expect(result.wrong).toEqual([]);
  expect(result).toMatchObject({ unrecorded: 0, chainBreaks: 0, duplicates: 0 });
}, 900_000);
