/**
 * How a request makes use of a broken glass. A token that was issued for one carries it; any other token of the same person needs the header, which by
 * itself never raises anything: without the privilege it is refused, without an open glass it is refused, and both are alerts.
 */
import { type Caller, type FhirRequest, isId, Problem } from '@fireguard/engine';
import type { Incoming } from '../http/incoming.ts';
import type { BrokenGlass } from '../storage/break-glass.ts';
import { invokesBreakGlass } from './category-header.ts';
import type { Glasses } from './glasses.ts';

const BTG = Object.freeze({ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'BTG' });

/** `glassId`: of the token, where it was issued for one. `requestId`: asked for where something is put on record. Throws Problem forbidden. */
export async function overriding(
  caller: Caller,
  { headers }: Pick<Incoming, 'headers'>,
  glassId: string | undefined,
  glasses: Glasses,
  requestId: () => string,
): Promise<Caller> {
  const invoked = invokesBreakGlass(headers.get('category') ?? [], glasses.legacyCode);
  if (!invoked && glassId === undefined) return caller;
  const { user } = caller;
  const place = { address: caller.address, requestId: requestId() };
  if (caller.kind === 'system' && glassId !== undefined) {
    // Declared with the token, for a human who was named: of this very client.
    const declared = await glasses.openById(glassId);
    return declared?.client_id === caller.client?.id && declared !== undefined ? withGlass(caller, declared) : caller;
  }
  if (caller.kind !== 'user' || user === undefined) {
    // Nobody is refused here for want of a token: that is said by whoever asks for one.
    if (caller.kind === 'anonymous') return caller;
    await glasses.refused(undefined, 'A service tried to break the glass.', place);
    throw new Problem('forbidden', 'This is not permitted.');
  }
  const person = { id: user.id, name: user.name, roles: caller.roles, fhirUser: user.fhirUser };
  if (!glasses.mayBreak(caller.roles)) {
    await glasses.refused(person, 'Invoked break-the-glass without the privilege.', place);
    throw new Problem('forbidden', 'This is not permitted.');
  }
  const glass = glassId === undefined ? await glasses.openOf(user.id) : await glasses.openById(glassId);
  if (glass === undefined || glass.person_id !== user.id) {
    // A token that outlived its glass is an ordinary one; a header asks for what is not there.
    if (!invoked) return caller;
    await glasses.refused(person, 'Invoked break-the-glass without an open glass.', place);
    throw new Problem('forbidden', 'No glass is broken. Give your reason first.');
  }
  return withGlass(caller, glass);
}

function withGlass(caller: Caller, glass: BrokenGlass): Caller {
  const purposes = [...caller.purposes.filter(({ code }) => code !== BTG.code), BTG];
  const override = { id: glass.id, patient: glass.patient ?? '', expiresAt: glass.expires_at.getTime() };
  return Object.freeze({ ...caller, purposes: Object.freeze(purposes), override: Object.freeze(override) });
}

/**
 * a glass that was broken for nobody in particular becomes that of the first patient whom a request names. INVARIANT: a request that names none
 * makes no use of it.
 */
export async function bound(caller: Caller, asked: FhirRequest, glasses: Glasses): Promise<Caller> {
  if (caller.override === undefined || caller.override.patient !== '') return caller;
  const patient = patientNamed(asked);
  const glass = patient === undefined ? undefined : await glasses.openById(caller.override.id);
  const mine = glass === undefined || patient === undefined ? undefined : await glasses.bind(glass, patient);
  const { override: _none, ...plain } = caller;
  return mine === undefined ? Object.freeze(plain) : withGlass(caller, mine);
}

/** The one patient whom a request is about, by its own words. */
export function patientNamed(asked: FhirRequest): string | undefined {
  switch (asked.interaction) {
    case 'read':
    case 'vread':
    case 'history-instance':
    case 'operation':
      return asked.type === 'Patient' ? asked.id : undefined;
    case 'search': {
      if (asked.compartment?.type === 'Patient') return asked.compartment.id;
      const named = new Set(
        asked.criteria
          .filter(
            ({ name, chain, has }) => (name === 'patient' || name === 'subject') && chain === undefined && has === undefined,
          )
          .flatMap(({ values }) => values.map((value) => value.replace(/^(.*\/)?Patient\//, ''))),
      );
      const [only, ...others] = named;
      return only !== undefined && others.length === 0 && isId(only) ? only : undefined;
    }
    default:
      return undefined;
  }
}
