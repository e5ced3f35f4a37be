/** The small words that requests to the admin API are made of, each with its exact form. */
import { z } from 'zod';

export const idParams = z.strictObject({ id: z.string().regex(/^[A-Za-z0-9._~-]{1,128}$/) });

export const username = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}$/,
    'A username is 1 to 100 letters, digits and . _ @ + -, and begins with a letter or digit.',
  )
  .describe('What the person types to sign in.');

/** No control or direction characters: names are shown to people who decide by them. */
export const display = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u, 'A name holds no control characters.')
  .refine((text) => text.trim() === text, 'A name neither begins nor ends with a space.');

export const role = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,63}$/, 'A role is small letters, digits and -, such as emergency-physician.');

export const fhirUser = z
  .string()
  .regex(
    /^(Practitioner|PractitionerRole|Patient|RelatedPerson|Person)\/[A-Za-z0-9\-.]{1,64}$/,
    'fhirUser is a relative reference such as Practitioner/123.',
  )
  .describe('The one FHIR resource that is this person (R-013).');

export const clientIdentity = z
  .string()
  .regex(
    /^(Device|Organization|Location|PractitionerRole)\/[A-Za-z0-9\-.]{1,64}$/,
    'identity is a relative reference to a Device, Organization, Location or PractitionerRole, such as Device/123.',
  )
  .describe(
    'The one FHIR resource that a backend service is (R-013): relations, identities and memberships of rules go by it.',
  );

/** Inside, a patient is the bare id; `Patient/123` is taken too, because that is how people copy it. */
export const patientId = z
  .string()
  .regex(/^(Patient\/)?[A-Za-z0-9\-.]{1,64}$/, 'A patient is written 123 or Patient/123.')
  .transform((text) => text.replace(/^Patient\//, ''));
