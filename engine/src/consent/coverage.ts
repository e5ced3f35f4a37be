/** FHIR R4 consent.html: whom a provision could mean. Only what can be excluded for certain counts as excluded. */
import type { Coding } from '../caller.ts';
import { referenceKey } from '../fhir/reference.ts';
import { isPurpose, normalisePurpose, purposeReaches } from '../terminology/purpose.ts';
import type { ConsentContext } from './consent-effect.ts';
import { periodHolds } from './period.ts';
import type { Provision } from './provision.ts';

/** INVARIANT: false only when the provision cannot mean this caller now, however membership, data and context turn out. */
export function couldCover(provision: Provision, context: ConsentContext): boolean {
  if (periodHolds(provision.period, context.now) === 'outside') return false;
  return actorsCouldCover(provision.actor, context) && purposesCouldCover(provision.purpose, context.caller.purposes);
}

/** Is the provision free of every condition but its period? Then it means everyone. */
export function meansEveryone(provision: Provision): boolean {
  return Object.keys(provision).every((key) => key === 'type' || key === 'period' || key === 'id' || key === 'provision');
}

/** Conditions on the data, the kind of use, or something unknown: not told apart yet. */
export function filtersData(provision: Provision): boolean {
  return Object.keys(provision).some((key) => !understood.has(key));
}

const understood: ReadonlySet<string> = new Set(['type', 'period', 'id', 'provision', 'actor', 'purpose']);

/** A person other than the caller is excluded; groups, organizations and roles may hold the caller, and what cannot be read may too. */
function actorsCouldCover(actors: readonly unknown[] | undefined, context: ConsentContext): boolean {
  return actors === undefined || actors.length === 0 || actors.some((actor) => actorCouldBe(actor, context));
}

const people: ReadonlySet<string> = new Set(['Practitioner', 'Patient', 'RelatedPerson']);

function actorCouldBe(actor: unknown, context: ConsentContext): boolean {
  const reference = (actor as { readonly reference?: { readonly reference?: unknown } } | null)?.reference?.reference;
  const user = context.caller.user?.fhirUser;
  const key = typeof reference === 'string' ? referenceKey(reference, context.bases) : undefined;
  if (key === undefined || user === undefined || !people.has(key.type)) return true;
  return user === `${key.type}/${key.id}`;
}

/** Excluded when every purpose is one of HL7's and none of the caller's is related to any that is named. */
function purposesCouldCover(named: readonly unknown[] | undefined, asked: readonly Coding[]): boolean {
  if (named === undefined || named.length === 0 || asked.length === 0) return true;
  return named.some((one) => {
    const purpose = isCoding(one) ? normalisePurpose(one) : undefined;
    if (purpose === undefined || !isPurpose(purpose)) return true;
    return asked.some((other) => !isPurpose(other) || purposeReaches(purpose, other) || purposeReaches(other, purpose));
  });
}

function isCoding(value: unknown): value is { readonly system: string; readonly code: string } {
  const { system, code } = (value ?? {}) as Partial<Coding>;
  return typeof system === 'string' && typeof code === 'string';
}
