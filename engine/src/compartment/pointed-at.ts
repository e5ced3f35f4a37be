/** What one Reference says of patients (FHIR R4 references.html). */
import { referenceKey } from '../fhir/reference.ts';
import type { FhirTables } from '../fhir/tables.ts';
import { type JsonDocument, type JsonNode, NONE, name } from '../json/scan.ts';
import { mayBeAboutPatient } from './may-be-about-patient.ts';

export const referenceName = name('reference');
export const identifierName = name('identifier');
export const typeName = name('type');

/**
 * `patient`: one of ours. `lookup`: a resource of ours that may be about a patient. `unnamed`: it may be a patient, but it cannot be told which, or
 * whether. `contained`: it is inside the same resource. `nobody`: no patient.
 */
export type PointedAt =
  | { readonly kind: 'patient'; readonly id: string }
  | { readonly kind: 'lookup'; readonly key: string }
  /** `surely`: the reference itself says that it means a patient. */
  | { readonly kind: 'unnamed'; readonly surely: boolean }
  | { readonly kind: 'contained' | 'nobody' };

/** `node` is the Reference object. */
export function pointedAt(document: JsonDocument, node: JsonNode, tables: FhirTables, bases: readonly string[]): PointedAt {
  const text = document.string(document.member(node, referenceName));
  if (text === undefined) {
    if (document.member(node, identifierName) === NONE) return { kind: 'nobody' };
    return unnamed(typeSaid(document, node), tables);
  }
  if (text.startsWith('#')) return { kind: 'contained' };
  const key = referenceKey(text, bases);
  if (key === undefined) return unnamed(typeIn(text) ?? typeSaid(document, node), tables);
  if (key.type === 'Patient') return { kind: 'patient', id: key.id };
  return mayBeAboutPatient(tables, key.type) ? { kind: 'lookup', key: `${key.type}/${key.id}` } : { kind: 'nobody' };
}

function typeSaid(document: JsonDocument, node: JsonNode): string | undefined {
  return document.string(document.member(node, typeName));
}

function unnamed(type: string | undefined, tables: FhirTables): PointedAt {
  if (type !== undefined && tables.types.has(type) && !mayBeAboutPatient(tables, type)) return { kind: 'nobody' };
  return { kind: 'unnamed', surely: type === 'Patient' };
}

/** The type that a foreign or conditional reference names: `http://other/fhir/Patient/1`, `Patient?identifier=…`. */
function typeIn(text: string): string | undefined {
  const conditional = /^([A-Z][A-Za-z]{0,63})\?/.exec(text);
  if (conditional) return conditional[1];
  const parts = text.split('/');
  const at = parts.at(-2) === '_history' ? -4 : -2;
  const type = parts.at(at);
  return type !== undefined && /^[A-Z][A-Za-z]{0,63}$/.test(type) ? type : undefined;
}
