/** What a patient's consents say at token time, for servers that enforce them themselves (topology 2, IHE PCF): asked afresh for every token. */
import { type Caller, type Coding, type PcfClaims, Problem, type Protection, pcfClaims } from '@fireguard/engine';
import type { FactSource } from '../facts/fact-source.ts';

export interface TokenHolder {
  /** The bare id. */
  readonly patient: string;
  readonly client: { readonly id: string; readonly name: string };
  readonly person:
    | { readonly id: string; readonly name: string; readonly roles: readonly string[]; readonly fhirUser: string | undefined }
    | undefined;
  readonly purposes: readonly Coding[];
}

/** `deny`: no token is to be given or said to be active. Undefined: no consent says anything. */
export type TokenConsents = (holder: TokenHolder) => Promise<PcfClaims | 'deny' | undefined>;

export interface TokenConsentsOptions {
  readonly facts: FactSource;
  readonly protection: Protection;
  /** FHIR bases, no slash at the end. */
  readonly bases: { readonly ours: string; readonly upstream: string };
  readonly purposes: (caller: Caller) => Caller;
  readonly now: () => number;
}

export function tokenConsents({ facts, protection, bases, purposes, now }: TokenConsentsOptions): TokenConsents {
  return async ({ patient, client, person, purposes: said }) => {
    // A patient's consents do not stand between them and their own record.
    if (person?.fhirUser === `Patient/${patient}`) return undefined;
    const caller = purposes(callerOf(client, person, said));
    const [consents, memberships] = await facts.answer([
      { kind: 'consents', patients: [patient] },
      { kind: 'memberships', user: person?.id, fhirUser: person?.fhirUser },
    ]);
    if (consents?.kind !== 'consents' || memberships?.kind !== 'memberships')
      throw new Problem('facts-unavailable', 'Consents could not be read.');
    const found = pcfClaims(
      consents.consents.get(patient) ?? [],
      {
        caller,
        interaction: 'read',
        patient,
        now: now(),
        bases: [bases.ours, bases.upstream],
        memberships: memberships.memberships,
        rules: protection.consents,
      },
      bases.ours,
    );
    return found.kind === 'deny' ? 'deny' : found.claims;
  };
}

function callerOf(client: TokenHolder['client'], person: TokenHolder['person'], purposes: readonly Coding[]): Caller {
  return {
    kind: person === undefined ? 'system' : 'user',
    client,
    user: person === undefined ? undefined : { id: person.id, name: person.name, fhirUser: person.fhirUser },
    roles: person?.roles ?? [],
    scopes: [],
    patient: undefined,
    purposes,
    token: undefined,
    address: '',
  };
}
