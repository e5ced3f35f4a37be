/** Path shapes of the REST API (FHIR R4 http.html#3.1.0): what a target's segments name, before the method is looked at. */
import { isId } from '../fhir/id.ts';
import type { FhirTables } from '../fhir/tables.ts';
import { Problem } from '../problem.ts';
import type { ResourceKey } from './request.ts';

export type PathShape =
  | { readonly kind: 'system' | 'metadata' | 'system-search' | 'system-history' }
  | { readonly kind: 'system-operation'; readonly name: string }
  | { readonly kind: 'type' | 'type-search' | 'type-history'; readonly type: string }
  | { readonly kind: 'type-operation'; readonly type: string; readonly name: string }
  | { readonly kind: 'instance' | 'instance-history'; readonly type: string; readonly id: string }
  | { readonly kind: 'instance-operation'; readonly type: string; readonly id: string; readonly name: string }
  | { readonly kind: 'version'; readonly type: string; readonly id: string; readonly version: string }
  /** `type` undefined: `*`, every type of the compartment. */
  | {
      readonly kind: 'compartment' | 'compartment-search';
      readonly compartment: ResourceKey;
      readonly type: string | undefined;
    };

export function pathShape(segments: readonly string[], tables: FhirTables): PathShape {
  const [first, second, third, fourth, fifth] = segments;
  if (fifth !== undefined) throw notUnderstood();
  if (first === undefined) return { kind: 'system' };
  if (second === undefined) {
    if (first === 'metadata') return { kind: 'metadata' };
    if (first === '_search') return { kind: 'system-search' };
    if (first === '_history') return { kind: 'system-history' };
    const name = operationName(first);
    if (name !== undefined) return { kind: 'system-operation', name };
  }
  const type = typeOf(first, tables);
  if (second === undefined) return { kind: 'type', type };
  if (third === undefined) {
    if (second === '_search') return { kind: 'type-search', type };
    if (second === '_history') return { kind: 'type-history', type };
    const name = operationName(second);
    if (name !== undefined) return { kind: 'type-operation', type, name };
  }
  return instanceShape(type, idOf(second), third, fourth, tables);
}

function instanceShape(
  type: string,
  id: string,
  third: string | undefined,
  fourth: string | undefined,
  tables: FhirTables,
): PathShape {
  if (third === undefined) return { kind: 'instance', type, id };
  if (third === '_history') {
    return fourth === undefined ? { kind: 'instance-history', type, id } : { kind: 'version', type, id, version: idOf(fourth) };
  }
  const name = operationName(third);
  if (name !== undefined && fourth === undefined) return { kind: 'instance-operation', type, id, name };
  if (fourth !== undefined && fourth !== '_search') throw notUnderstood();
  const searched = third === '*' ? undefined : typeOf(third, tables);
  if (type !== 'Patient') throw new Problem('interaction-not-supported', 'Only the compartments of patients can be searched.');
  if (searched !== undefined && tables.types.get(searched)?.patientCompartment.length === 0) {
    throw new Problem('interaction-not-supported', 'Resources of this type are never in the compartment of a patient.');
  }
  return { kind: fourth === undefined ? 'compartment' : 'compartment-search', compartment: { type, id }, type: searched };
}

/** A type that has an endpoint; Parameters and OperationOutcome have none. */
function typeOf(segment: string, tables: FhirTables): string {
  const type = tables.types.get(segment);
  if (type !== undefined && type.category !== 'none') return type.name;
  if (!/^[A-Za-z]+$/.test(segment)) throw notUnderstood();
  throw new Problem('type-unknown', 'There is no resource type of this name.');
}

/** The same answer for every caller, before any look-up: an id of another form cannot exist. */
function idOf(segment: string): string {
  if (isId(segment)) return segment;
  throw new Problem('parameter-invalid', 'The id is not one that FHIR allows.');
}

function operationName(segment: string): string | undefined {
  return /^\$[A-Za-z][A-Za-z0-9-]{0,63}$/.test(segment) ? segment.slice(1) : undefined;
}

function notUnderstood(): Problem {
  return new Problem('request-not-understood', 'The URL is not one of the forms that FHIR knows.');
}
