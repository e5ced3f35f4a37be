/** A resource that has arrived and whose patients are known as far as its own bytes tell; with facts it becomes a candidate for judgement. */
import { patientsOf } from '../compartment/patients-of.ts';
import { containersOf } from '../decision/facts-wanted.ts';
import type { Candidate } from '../decision/permit.ts';
import type { JsonDocument, JsonNode } from '../json/scan.ts';
import type { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import { contextOf } from './security-context.ts';

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
  /** Encounters to which it belongs (`Encounter/id`), where labels are taken from them; undefined where they are not. */
  readonly containers: readonly string[] | undefined;
  /** Of a Binary: `Type/id`, `none` or `unreadable`. */
  readonly context: string | undefined;
}

export function draft(given: Given, type: string, id: string | undefined, document: JsonDocument, node: JsonNode): Draft {
  const bases = [given.bases.ours, given.bases.upstream];
  const { patients, pending, undetermined } = patientsOf(document, node, given.tables, bases);
  const context = type === 'Binary' ? contextOf(document, node, bases) : undefined;
  const containers = given.protection?.labels?.inherit === true ? containersOf(document, node, bases) : undefined;
  return { type, id, document, node, patients, pending, undetermined, containers, context };
}

/** INVARIANT: a reference whose patients could not be told leaves the candidate undetermined, which closes it (I6). */
export function candidate(one: Draft, book: FactBook): Candidate {
  const { type, id, document, node, containers, context } = one;
  if (context === 'none') {
    const patients = book.ownersOf(id ?? '');
    return { type, id, document, node, containers, patients: patients ?? [], undetermined: patients === undefined };
  }
  if (context !== undefined && !book.seesContext(context))
    return { type, id, document, node, containers, patients: [], undetermined: true };
  // A context that is about no patient (an organization) leaves nothing to be told.
  const ofNobody = context !== undefined && one.patients.length === 0 && one.pending.length === 0;
  if (one.pending.length === 0)
    return { type, id, document, node, containers, patients: one.patients, undetermined: one.undetermined && !ofNobody };
  const patients = new Set(one.patients);
  let undetermined = one.undetermined;
  for (const reference of one.pending) {
    const subjects = book.subjectsOf(reference);
    if (subjects === undefined) undetermined = true;
    else for (const patient of subjects) patients.add(patient);
  }
  return { type, id, document, node, containers, patients: [...patients], undetermined };
}
