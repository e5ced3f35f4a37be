/** SMART App Launch 2.2 §Scopes: what a resource must be for the token's scopes to reach it. */
import type { Caller } from '../caller.ts';
import type { FhirTables } from '../fhir/tables.ts';
import type { Matcher } from '../matching/matcher.ts';
import type { DecidedInteraction } from '../policy/interactions.ts';
import type { ResourceScope } from '../scope/scope.ts';
import { scopeCovers } from '../scope/scope-covers.ts';
import type { Candidate } from './permit.ts';
import { scopeConstraint } from './scope-constraint.ts';
import { scopeLetter } from './scope-letter.ts';
import { withinPatient } from './within-patient.ts';

/** The scopes' reach over one type. One alternative is enough; inside one, everything must hold. */
export interface ScopeBound {
  readonly alternatives: readonly Alternative[];
  /** Some alternative reaches every instance. */
  readonly unbounded: boolean;
  /** The one patient in whose compartment everything lies that the scopes reach. */
  readonly onlyPatient: string | undefined;
}

interface Alternative {
  readonly patient: string | undefined;
  /** Id of the one instance reached. */
  readonly id: string | undefined;
  /** What the constraints of a granular scope ask of the resource, as it is. */
  readonly constraints: readonly Matcher[];
}

/** Undefined when no scope of the token covers the interaction on the type. Depends on caller and type alone. */
export function scopeBound(
  caller: Caller,
  interaction: DecidedInteraction,
  type: string,
  tables: FhirTables,
  bases: readonly string[],
): ScopeBound | undefined {
  const letter = scopeLetter(interaction);
  if (letter === undefined) return undefined;
  const alternatives: Alternative[] = [];
  for (const scope of scopeCovers(caller.scopes, letter, type)) {
    const alternative = alternativeOf(scope, caller, type, tables, bases);
    if (alternative !== undefined) alternatives.push(alternative);
  }
  const own = ownResource(caller, interaction, type);
  if (own !== undefined) alternatives.push(own);
  const [first] = alternatives;
  if (first === undefined) return undefined;
  return Object.freeze({
    alternatives: Object.freeze(alternatives),
    unbounded: alternatives.some(reachesAll),
    onlyPatient: alternatives.every(({ patient }) => patient === first.patient) ? first.patient : undefined,
  });
}

/** A context that the token does not have, or a constraint that we cannot check exactly, covers nothing. */
function alternativeOf(
  scope: ResourceScope,
  caller: Caller,
  type: string,
  tables: FhirTables,
  bases: readonly string[],
): Alternative | undefined {
  const facts = tables.types.get(type);
  const constraints: Matcher[] = [];
  for (const parameter of scope.parameters) {
    const matcher = facts === undefined ? undefined : scopeConstraint(parameter, facts, tables, bases);
    if (matcher === undefined) return undefined;
    constraints.push(matcher);
  }
  switch (scope.context) {
    case 'patient':
      // "Own compartment and nothing else": a type that is in nobody's compartment is not reached.
      if (caller.patient === undefined || (facts?.patientCompartment.length ?? 0) === 0) return undefined;
      return { patient: caller.patient, id: undefined, constraints };
    case 'user':
      return caller.kind === 'user' ? { patient: undefined, id: undefined, constraints } : undefined;
    case 'system':
      return caller.kind === 'system' ? { patient: undefined, id: undefined, constraints } : undefined;
  }
}

/** OpenID Connect `fhirUser`: whoever signed in may read the resource that says who they are. */
function ownResource(caller: Caller, interaction: DecidedInteraction, type: string): Alternative | undefined {
  const fhirUser = caller.user?.fhirUser;
  if (interaction !== 'read' || caller.kind !== 'user' || fhirUser?.startsWith(`${type}/`) !== true) return undefined;
  const id = fhirUser.split('/', 2)[1]!;
  if (!caller.scopes.some((scope) => scope.kind === 'identity' && scope.name !== 'profile')) return undefined;
  return { patient: type === 'Patient' && id === caller.patient ? id : undefined, id, constraints: [] };
}

function reachesAll(alternative: Alternative): boolean {
  return alternative.patient === undefined && alternative.id === undefined && alternative.constraints.length === 0;
}

/** Do the scopes reach this resource? */
export function withinScope(bound: ScopeBound, candidate: Candidate, tables: FhirTables, bases: readonly string[]): boolean {
  return bound.unbounded || bound.alternatives.some((alternative) => reaches(alternative, candidate, tables, bases));
}

function reaches(alternative: Alternative, candidate: Candidate, tables: FhirTables, bases: readonly string[]): boolean {
  const { document, node } = candidate;
  if (alternative.id !== undefined && candidate.id !== alternative.id) return false;
  if (alternative.patient !== undefined && !withinPatient(candidate, tables, bases, alternative.patient)) return false;
  return alternative.constraints.every((matches) => matches(document, node));
}
