import { expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import type { AuditRow as ReadRow, Verification as ReadVerification } from '../../../../console/src/admin-shapes.ts';
import type { AuditRow } from '../../../src/admin-api/audit-row.ts';
import type { verificationAnswer } from '../../../src/admin-api/verification.ts';

/** With every optional member made `| undefined`, because a schema's output says so and JSON leaves it out. */
type Loose<Value> = Value extends object
  ? { [Key in keyof Value]: Loose<Value[Key]> | (undefined extends Value[Key] ? undefined : never) }
  : Value;

// Checked by the compiler (`npm run check`): what the server may answer is what the console is prepared to read.
test('the console reads what the admin API answers', () => {
  expectTypeOf<Loose<AuditRow>>().toExtend<Loose<ReadRow>>();
  expectTypeOf<keyof ReadRow>().toEqualTypeOf<keyof AuditRow>();
  expectTypeOf<Loose<z.output<typeof verificationAnswer>>>().toExtend<Loose<ReadVerification>>();
});
