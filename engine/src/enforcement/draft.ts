/** A resource that has arrived and whose patients are known as far as its own bytes tell; with facts it becomes a candidate for judgement. */
import { patientsOf } from '../compartment/patients-of.ts';
import type { Candidate } from '../decision/permit.ts';
import type { JsonDocument, JsonNode } from '../json/scan.ts';
import type { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';

export interface Draft {
  readonly type: string;
  readonly id: string | undefined;
  readonly document: JsonDocument;
  readonly node: JsonNode;
  readonly patients: readonly string[];
  /** `Type/id` of resources that could lead to a patient. */
  readonly pending: readonly string[];
  /** True when something other than `pending` cannot be told. */
  readonly undetermined: boolean;
}

export function draft(given: Given, type: string, id: string | undefined, document: JsonDocument, node: JsonNode): Draft {
  const { ours, upstream } = given.bases;
  const { patients, pending, undetermined } = patientsOf(document, node, given.tables, [ours, upstream]);
  return { type, id, document, node, patients, pending, undetermined };
}

/** INVARIANT: a reference whose patients could not be told leaves the candidate undetermined, which closes it (I6). */
export function candidate(one: Draft, book: FactBook): Candidate {
  const { type, id, document, node } = one;
  if (one.pending.length === 0) return { type, id, document, node, patients: one.patients, undetermined: one.undetermined };
  const patients = new Set(one.patients);
  let undetermined = one.undetermined;
  for (const reference of one.pending) {
    const subjects = book.subjectsOf(reference);
    if (subjects === undefined) undetermined = true;
    else for (const patient of subjects) patients.add(patient);
  }
  return { type, id, document, node, patients: [...patients], undetermined };
}
