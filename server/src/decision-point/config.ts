/** The decision point's section of the configuration. */
import { parseScopes } from '@fireguard/engine';
import { z } from 'zod';

const door = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{1,39}$/)
    .describe('Names the system that asks; stands in every audit record of what it asked.'),
  key: z
    .string()
    .regex(/^[A-Za-z0-9_-]{32,256}$/, 'at least 32 letters, digits, - and _')
    .describe('What it shows to be let in. Write it as a reference.'),
  scope: z
    .string()
    .max(4000)
    .refine((text) => parseScopes(text).every((scope) => scope.kind !== 'invalid'), 'not a SMART scope')
    .default('')
    .describe(
      'SMART scopes that bound every question which names a subject; also what is meant where the question names none.',
    ),
  mayDescribe: z
    .boolean()
    .default(false)
    .describe(
      'It may say who a subject is (roles, fhirUser) that Fireguard does not know. Default: only people and clients known here.',
    ),
});

export const decisionPointSection = z
  .strictObject({
    doors: z
      .array(door)
      .max(100)
      .refine((doors) => new Set(doors.map(({ id }) => id)).size === doors.length, 'two doors with one id')
      .refine((doors) => new Set(doors.map(({ key }) => key)).size === doors.length, 'two doors with one key')
      .default([])
      .describe(
        'Systems that may ask for decisions instead of standing behind the gateway. Default: none, and no door is open.',
      ),
  })
  .prefault({});

export type DecisionPointSettings = z.infer<typeof decisionPointSection>;
export type DoorSettings = z.infer<typeof door>;
