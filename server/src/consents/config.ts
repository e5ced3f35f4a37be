/** The consents' and the purposes' sections of the configuration. */
import { z } from 'zod';

export const consentsSection = z
  .strictObject({
    from: z
      .array(z.enum(['upstream', 'fireguard']))
      .min(1)
      .default(['upstream', 'fireguard'])
      .describe(
        'Where consents are kept: as Consent resources of the upstream, in Fireguard itself (FHIR API and admin API), or both. Without `upstream`, its Consents are neither heeded nor served.',
      ),
    created: z
      .enum(['upstream', 'fireguard'])
      .optional()
      .describe(
        'Where a Consent is kept that is created at the FHIR API. Default: `upstream`, where consents are kept there at all.',
      ),
    conflict: z
      .enum(['deny-overrides', 'permit-overrides', 'most-recent'])
      .default('deny-overrides')
      .describe('When several consents of a patient say different things about one resource: which of them holds.'),
    implicit: z
      .enum(['policy', 'basic-normal', 'all-normal', 'break-glass-only', 'deny'])
      .default('policy')
      .describe(
        'What holds where no consent says anything: `policy` leaves it to the rules, the others are the implicit policies of IHE PCF.',
      ),
    inTokens: z
      .boolean()
      .default(false)
      .describe(
        'Servers that enforce consents themselves are told what is left to enforce, in JWTs and at introspection (`extensions.ihe_pcf`); where a patient denies, no JWT is given and no token is active there.',
      ),
    onlyVerified: z
      .boolean()
      .default(false)
      .describe('A consent that nobody has verified (Consent.verification) agrees to nothing. It still denies.'),
  })
  .refine(({ from, created }) => created === undefined || from.includes(created), {
    message: 'consents are not kept there: see `from`',
    path: ['created'],
  })
  .prefault({});

export const purposesSection = z
  .strictObject({
    byRole: z
      .record(
        z.string().regex(/^[a-z][a-z0-9-]{0,63}$/),
        z
          .string()
          .regex(/^[A-Z][A-Za-z]*$/)
          .describe('A code of v3-ActReason.'),
      )
      .default({})
      .describe('The purpose of use of a caller whose token names none, by role: `physician: TREAT`. Never BTG.'),
    mayAsk: z
      .record(z.string().regex(/^[a-z][a-z0-9-]{0,63}$/), z.array(z.string().regex(/^[A-Z][A-Za-z]*$/)).max(50))
      .default({
        physician: ['TREAT', 'COC'],
        nurse: ['TREAT', 'COC'],
        'emergency-physician': ['TREAT', 'ETREAT'],
        'billing-clerk': ['HPAYMT'],
        researcher: ['HRESCH'],
        'privacy-officer': ['HOPERAT'],
        patient: ['PATRQT'],
        guardian: ['FAMRQT'],
      })
      .describe(
        'The purposes of use that people and services with a role may ask for their token (`purpose_of_use`), beside the one of byRole. Never BTG.',
      ),
    required: z
      .array(z.enum(['anonymous', 'business', 'individual', 'patient', 'not-classified']))
      .default([])
      .describe('Security categories that are closed to a caller without any purpose of use.'),
  })
  .prefault({});

export type ConsentsSettings = z.infer<typeof consentsSection>;
export type PurposesSettings = z.infer<typeof purposesSection>;
