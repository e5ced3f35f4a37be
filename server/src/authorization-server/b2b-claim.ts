/**
 * FAST UDAP Security STU 2, B2B authorization extension object (`hl7-b2b`) in a signed client assertion: for which purpose, and in whose name, a service
 * asks. INVARIANT: it is read only of an assertion that the provider has verified, and break-the-glass is declared for a named human and for treatment alone.
 */
import { isPurpose, normalisePurpose, purposeReaches, purposeSystem } from '@fireguard/engine';
import { decodeJwt } from 'jose';
import { errors } from 'oidc-provider';
import { z } from 'zod';
import { BREAK_THE_GLASS } from './purposes.ts';

const word = z.string().trim().min(1).max(200);

const shape = z.looseObject({
  version: z.literal('1'),
  subject_name: word.optional(),
  subject_id: word.optional(),
  subject_role: word.optional(),
  organization_id: word.optional(),
  organization_name: word.optional(),
  purpose_of_use: z.union([word, z.array(word).min(1).max(5)]),
});

export interface B2bClaim {
  /** Codes of v3-ActReason, each once. */
  readonly purposes: readonly string[];
  /** Present where break-the-glass is declared. */
  readonly declares: { readonly id: string; readonly name: string; readonly organization: string } | undefined;
}

/** `assertion`: verified. Throws invalid_grant for an object that is not as the guide has it. */
export function b2bClaim(assertion: unknown): B2bClaim | undefined {
  if (typeof assertion !== 'string') return undefined;
  const { extensions } = decodeJwt<{ extensions?: Readonly<Record<string, unknown>> }>(assertion);
  const given = extensions?.['hl7-b2b'];
  if (given === undefined) return undefined;
  const read = shape.safeParse(given);
  if (!read.success) throw new errors.InvalidGrant('hl7-b2b is not as it should be');
  const { purpose_of_use: named, subject_name: name, subject_id: id, subject_role: role } = read.data;
  const purposes = [...new Set([named].flat().map(codeOf))];
  if (!purposes.includes(BREAK_THE_GLASS)) return { purposes, declares: undefined };
  if (!purposes.every((code) => purposeReaches(TREATMENT, { system: purposeSystem, code })))
    throw new errors.InvalidGrant('the glass is broken for treatment only');
  if (name === undefined || id === undefined || role === undefined)
    throw new errors.InvalidGrant('the glass is broken by a human who is named');
  const organization = read.data.organization_name ?? read.data.organization_id ?? '';
  return { purposes, declares: { id, name, organization } };
}

const TREATMENT = Object.freeze({ system: purposeSystem, code: 'TREAT' });

function codeOf(text: string): string {
  const purpose = normalisePurpose(text);
  if (purpose === undefined || !isPurpose(purpose)) throw new errors.InvalidGrant('hl7-b2b names what is no purpose of use');
  return purpose.code;
}
