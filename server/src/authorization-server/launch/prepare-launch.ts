/**
 * SMART App Launch 2.2 §EHR launch: an EHR prepares a launch (patient, visit and the rest of the context) for one person and one app, and gets the
 * opaque handle and the address to open. INVARIANT: it opens nothing by itself: whoever uses it signs in, consents, and is held to policy.
 */
import { randomBytes } from 'node:crypto';
import { Problem } from '@fireguard/engine';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { clientById } from '../../storage/clients.ts';
import { insertLaunch } from '../../storage/launches.ts';
import { personById, personByUsername } from '../../storage/people.ts';
import type { Database } from '../../storage/schema.ts';
import { tokenHash } from '../../token/token-hash.ts';

const LIFE_SECONDS = 300;

const id = z.string().regex(/^[A-Za-z0-9\-.]{1,64}$/);
const reference = z.string().regex(/^(?!(Patient|Encounter)\/)[A-Z][A-Za-z]{0,63}\/[A-Za-z0-9\-.]{1,64}$/);
const plain = z
  .string()
  .min(1)
  .max(500)
  .regex(/^[^\p{Cc}]+$/u);

/** §fhirContext: Patient and Encounter have parameters of their own; a role is the one that SMART names, or a URI. */
const contextItem = z
  .strictObject({
    reference: reference.optional(),
    canonical: z
      .url({ protocol: /^https?$/ })
      .max(1000)
      .optional(),
    identifier: z.strictObject({ system: plain.optional(), value: plain }).optional(),
    type: z
      .string()
      .regex(/^[A-Z][A-Za-z]{1,63}$/)
      .optional(),
    role: z.union([z.literal('launch'), plain.refine((text) => URL.canParse(text), 'A role is “launch” or a URI.')]).optional(),
  })
  .refine(
    (item) => item.reference !== undefined || item.canonical !== undefined || item.identifier !== undefined,
    'An item of fhirContext has a reference, a canonical or an identifier.',
  );

export const launchRequest = z
  .strictObject({
    client: z.string().min(1).max(128).describe('client_id of the app that is opened.'),
    user: z.string().min(1).max(128).describe('Username, or person id, of the one who is at the EHR.'),
    patient: id.optional(),
    encounter: id.optional(),
    fhirContext: z.array(contextItem).min(1).max(20).optional(),
    intent: plain.optional(),
    needPatientBanner: z.boolean().default(true).describe('Whether the app must show whose record is open.'),
    smartStyleUrl: z
      .url({ protocol: /^https$/ })
      .max(1000)
      .optional(),
    tenant: plain.optional(),
    purposes: z
      .array(z.string().regex(/^[A-Z][A-Za-z]{1,20}$/))
      .min(1)
      .max(5)
      .optional()
      .describe('What the record is opened for: codes of v3-ActReason. Only what the roles of the user allow counts.'),
  })
  .refine((launch) => launch.encounter === undefined || launch.patient !== undefined, {
    message: 'An encounter needs its patient.',
    path: ['patient'],
  });

export type LaunchRequest = z.infer<typeof launchRequest>;

export interface ReadyLaunch {
  /** The opaque handle. */
  readonly launch: string;
  /** What the app must find as `iss`. */
  readonly iss: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Throws Problem not-found for an unknown or disabled client or person. */
export async function prepareLaunch(
  use: { readonly db: Kysely<Database>; readonly fhirBase: string; readonly now: () => number },
  asked: LaunchRequest,
): Promise<ReadyLaunch> {
  const { client: clientId, user, patient, encounter, ...more } = asked;
  const client = await clientById(use.db, clientId);
  if (client === undefined || client.disabled || client.kind === 'backend')
    throw new Problem('not-found', 'There is no such app.');
  const person = (await personByUsername(use.db, user)) ?? (await personById(use.db, user));
  if (person === undefined || person.disabled) throw new Problem('not-found', 'There is no such person.');
  const launch = randomBytes(32).toString('base64url');
  const expiresAt = use.now() + LIFE_SECONDS * 1000;
  const { fhirContext, ...rest } = more;
  const defined = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  await insertLaunch(
    use.db,
    tokenHash(launch),
    {
      clientId,
      personId: person.id,
      patient: patient ?? null,
      encounter: encounter ?? null,
      more: { ...defined, ...(fhirContext === undefined ? {} : { fhirContext: fhirContext.map((item) => ({ ...item })) }) },
    },
    new Date(expiresAt),
  );
  return { launch, iss: use.fhirBase, expiresAt };
}
