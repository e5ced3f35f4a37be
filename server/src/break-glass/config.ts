/** The break-glass section of the configuration. */
import { z } from 'zod';

export const breakGlassSection = z
  .strictObject({
    minutes: z.int().min(5).max(60).default(15).describe('How long a broken glass stays open. It is never prolonged.'),
    reviewDays: z.int().min(1).max(30).default(3).describe('Days within which each one must be reviewed.'),
    stepUp: z
      .enum(['second-factor', 'password'])
      .default('second-factor')
      .describe(
        'By what people confirm that it is them, on the page that breaks the glass. `password` is a weakening, said at every start.',
      ),
    legacyCode: z
      .boolean()
      .default(false)
      .describe(
        'The Category header may also name `http://hl7.org/fhir/security-label#break-the-glass`, as clients of FHIR before R4 do. Everything else stays as it is.',
      ),
  })
  .prefault({});

export type BreakGlassSettings = z.infer<typeof breakGlassSection>;
