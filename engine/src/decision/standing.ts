/** How the caller stands to one patient: relations as bits, and what the patient's consents say. Worked out once per patient and facts. */
import type { ConsentContext } from '../consent/consent-effect.ts';
import { readConsent } from '../consent/read-consent.ts';
import { relationBits } from '../policy/relations.ts';
import type { KnownFacts } from './permit.ts';
import type { ConsentDenial } from './reasons.ts';

export interface Standing {
  /** Bits of `relationBits`. */
  readonly relations: number;
  /** Why a consent closes the record; undefined when none does. */
  readonly denial: ConsentDenial | undefined;
}

const SELF = relationBits(['self']);
const GUARDIAN = relationBits(['guardian']);

export type StandingOf = (patient: string, facts: KnownFacts) => Standing;

/** The look-up for one permit. It remembers the facts that it saw last, since all resources of a page come with the same. */
export function standings(context: Omit<ConsentContext, 'patient'>): StandingOf {
  let seen: KnownFacts | undefined;
  let known = new Map<string, Standing>();
  return (patient, facts) => {
    if (facts !== seen) {
      seen = facts;
      known = new Map();
    }
    let standing = known.get(patient);
    if (standing === undefined) {
      const relations = relationBits(facts.relations.get(patient) ?? []);
      standing = Object.freeze({
        relations,
        denial: denialOf(relations, facts.consents.get(patient), { ...context, patient }),
      });
      known.set(patient, standing);
    }
    return standing;
  };
}

/** A consent never stands between patients and their own record. INVARIANT: consents that were not asked for deny (I6). */
function denialOf(
  relations: number,
  consents: readonly Uint8Array[] | undefined,
  context: ConsentContext,
): ConsentDenial | undefined {
  if ((relations & SELF) !== 0) return undefined;
  if (consents === undefined) return { why: 'unknown', consent: undefined };
  for (const text of consents) {
    const effect = readConsent(text, context);
    if (effect.kind === 'deny' && !(effect.sparesGuardian && (relations & GUARDIAN) !== 0))
      return { why: effect.why, consent: effect.consent };
  }
  return undefined;
}
