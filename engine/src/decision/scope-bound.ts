/** SMART App Launch 2.2 §Scopes: what a resource must be for the token's scopes to reach it. */
import type { Caller } from '../caller.ts';
import { type ElementPath, elementNodes, elementPath } from '../fhir/element-path.ts';
import type { FhirTables } from '../fhir/tables.ts';
import type { DecidedInteraction } from '../policy/interactions.ts';
import type { ResourceScope } from '../scope/scope.ts';
import { scopeCovers } from '../scope/scope-covers.ts';
import type { Candidate } from './permit.ts';
import { scopeLetter } from './scope-letter.ts';
import { matchesToken, parseTokens, type Token } from './token-match.ts';
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
  readonly tokens: readonly { readonly paths: readonly ElementPath[]; readonly tokens: readonly Token[] }[];
}

/** Undefined when no scope of the token covers the interaction on the type. Depends on caller and type alone. */
export function scopeBound(
  caller: Caller,
  interaction: DecidedInteraction,
  type: string,
  tables: FhirTables,
): ScopeBound | undefined {
  const letter = scopeLetter(interaction);
  if (letter === undefined) return undefined;
  const alternatives = scopeCovers(caller.scopes, letter, type)
    .map((scope) => alternativeOf(scope, caller, type, tables))
    .filter((alternative) => alternative !== undefined);
  const own = ownResource(caller, interaction, type);
  if (own !== undefined) alternatives.push(own);
  if (alternatives.length === 0) return undefined;
  const patients = new Set(alternatives.map((alternative) => alternative.patient));
  return Object.freeze({
    alternatives: Object.freeze(alternatives),
    unbounded: alternatives.some(reachesAll),
    onlyPatient: patients.size === 1 ? alternatives[0]!.patient : undefined,
  });
}

/** A context that the token does not have, or a constraint that we cannot check exactly, covers nothing. */
function alternativeOf(scope: ResourceScope, caller: Caller, type: string, tables: FhirTables): Alternative | undefined {
  const facts = tables.types.get(type);
  const tokens: { readonly paths: readonly ElementPath[]; readonly tokens: readonly Token[] }[] = [];
  for (const { name, modifier, value } of scope.parameters) {
    const parameter = facts?.searchParameters.get(name);
    if (modifier !== undefined || parameter?.type !== 'token' || parameter.kind !== 'plain' || parameter.filter !== undefined)
      return undefined;
    tokens.push({ paths: parameter.paths.map(elementPath), tokens: parseTokens(value) });
  }
  switch (scope.context) {
    case 'patient':
      // "Own compartment and nothing else": a type that is in nobody's compartment is not reached.
      if (caller.patient === undefined || (facts?.patientCompartment.length ?? 0) === 0) return undefined;
      return { patient: caller.patient, id: undefined, tokens };
    case 'user':
      return caller.kind === 'user' ? { patient: undefined, id: undefined, tokens } : undefined;
    case 'system':
      return caller.kind === 'system' ? { patient: undefined, id: undefined, tokens } : undefined;
  }
}

/** OpenID Connect `fhirUser`: whoever signed in may read the resource that says who they are. */
function ownResource(caller: Caller, interaction: DecidedInteraction, type: string): Alternative | undefined {
  const [ownType, id] = caller.user?.fhirUser?.split('/') ?? [];
  if (interaction !== 'read' || caller.kind !== 'user' || ownType !== type || id === undefined) return undefined;
  if (!caller.scopes.some((scope) => scope.kind === 'identity' && scope.name !== 'profile')) return undefined;
  return { patient: type === 'Patient' && id === caller.patient ? id : undefined, id, tokens: [] };
}

function reachesAll(alternative: Alternative): boolean {
  return alternative.patient === undefined && alternative.id === undefined && alternative.tokens.length === 0;
}

/** Do the scopes reach this resource? */
export function withinScope(bound: ScopeBound, candidate: Candidate, tables: FhirTables, bases: readonly string[]): boolean {
  return bound.unbounded || bound.alternatives.some((alternative) => reaches(alternative, candidate, tables, bases));
}

function reaches(alternative: Alternative, candidate: Candidate, tables: FhirTables, bases: readonly string[]): boolean {
  const { document, node } = candidate;
  if (alternative.id !== undefined && candidate.id !== alternative.id) return false;
  if (alternative.patient !== undefined && !withinPatient(candidate, tables, bases, alternative.patient)) return false;
  return alternative.tokens.every(({ paths, tokens }) =>
    paths.some((path) => elementNodes(document, node, path).some((element) => matchesToken(document, element, tokens))),
  );
}
