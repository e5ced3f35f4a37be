/** FHIR R4, R5 and R6 consent.html: reads one Consent as a directive, whatever its version. */
import { scan } from '../json/scan.ts';
import type { Directive, Provision } from './directive.ts';
import { isMembers, type Members } from './members.ts';
import { rangeOf } from './period.ts';
import { readR4 } from './read-r4.ts';
import { readR5 } from './read-r5.ts';

export type ReadConsent =
  /** Not in force, not about privacy, or no longer. */
  | { readonly kind: 'none' }
  | { readonly kind: 'directive'; readonly directive: Directive }
  | { readonly kind: 'unreadable'; readonly consent: string | undefined };

export interface ReadContext {
  /** Id of the patient under whom it was found. */
  readonly patient: string;
  readonly bases: readonly string[];
}

/** What was read of these very bytes, and for whom: they are read to know what to ask for, and again to judge; kept facts come again and again. */
const known = new WeakMap<Uint8Array, { readonly patient: string; readonly bases: string; readonly read: ReadConsent }>();

/** `text`: the Consent as JSON, not to be changed afterwards. INVARIANT: whatever cannot be read is said to be so, which denies. */
export function readConsent(text: Uint8Array, context: ReadContext): ReadConsent {
  const bases = context.bases.join(' ');
  const before = known.get(text);
  if (before?.patient === context.patient && before.bases === bases) return before.read;
  const read = readText(text, context);
  known.set(text, { patient: context.patient, bases, read });
  return read;
}

function readText(text: Uint8Array, context: ReadContext): ReadConsent {
  let consent: unknown;
  try {
    const document = scan(text);
    consent = document.value(document.root);
  } catch {
    return { kind: 'unreadable', consent: undefined };
  }
  if (!isMembers(consent)) return { kind: 'unreadable', consent: undefined };
  const read = readMembers(consent, context);
  return read === 'unreadable' ? { kind: 'unreadable', consent: nameOf(consent) } : read;
}

/** Statuses of all three versions that are not in force. `unknown` (R5) may be, so it is not here. */
const withoutEffect: ReadonlySet<string> = new Set([
  'draft',
  'proposed',
  'rejected',
  'inactive',
  'entered-in-error',
  'not-done',
]);

function readMembers(consent: Members, context: ReadContext): ReadConsent | 'unreadable' {
  const { resourceType, status } = consent;
  if (resourceType !== 'Consent' || typeof status !== 'string') return 'unreadable';
  if (withoutEffect.has(status)) return { kind: 'none' };
  if (status !== 'active') return 'unreadable';
  const found = isR4(consent) ? readR4(consent, context) : readR5(consent, context);
  if (found === 'none') return { kind: 'none' };
  // When a consent is in force must be known.
  if (found === 'unreadable' || found.some(hasOddPeriod)) return 'unreadable';
  const given = consent['dateTime'] ?? consent['date'];
  const time = typeof given === 'string' ? Date.parse(given) : Number.NaN;
  return {
    kind: 'directive',
    directive: Object.freeze({
      consent: nameOf(consent),
      given: Number.isNaN(time) ? undefined : time,
      verified: isVerified(consent['verification']),
      readings: Object.freeze(found),
    }),
  };
}

/** R4 names the patient, R5 and R6 a subject. One that has members of both is refused by either reader, which know only their own. */
function isR4(consent: Members): boolean {
  return consent['patient'] !== undefined || consent['scope'] !== undefined || consent['subject'] === undefined;
}

function hasOddPeriod({ conditions }: Provision): boolean {
  return conditions.some(({ element, values }) => element === 'period' && rangeOf(values[0]) === undefined);
}

function isVerified(verification: unknown): boolean {
  if (!Array.isArray(verification)) return false;
  const said = verification.map((one) => isMembers(one) && one['verified'] === true);
  return said.length > 0 && said.every((one) => one);
}

function nameOf({ id }: Members): string | undefined {
  return typeof id === 'string' ? `Consent/${id}` : undefined;
}
