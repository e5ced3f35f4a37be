/** Whom a resource is about, on plain JSON. */
import { type Json, valuesAt } from '../json.ts';
import { ourBase, type SceneFacts, upstreamBase } from '../scenario.ts';
import { type NaiveType, naiveTypes } from './types.ts';

export interface About {
  readonly patients: readonly string[];
  /** It may be about somebody who cannot be named. */
  readonly undetermined: boolean;
}

type Pointed =
  | { kind: 'patient'; id: string }
  | { kind: 'lookup'; key: string }
  | { kind: 'unnamed'; surely: boolean }
  | undefined;

export function about(resource: Json, facts: SceneFacts): About {
  const { patients, pending, ...direct } = directly(resource);
  let { undetermined } = direct;
  for (const key of pending) {
    const found = facts.subjects[key];
    if (found === undefined) undetermined = true;
    else for (const one of found) patients.add(one);
  }
  return { patients: [...patients], undetermined };
}

/** `Type/id` of what could say whose it is, beside what it says itself. */
export function owners(resource: Json): readonly string[] {
  return [...directly(resource).pending];
}

/** What it says itself. */
function directly(resource: Json): { patients: Set<string>; pending: ReadonlySet<string>; undetermined: boolean } {
  const type = naiveTypes[resource.resourceType]!;
  const patients = new Set<string>();
  const pending = new Set<string>();
  let undetermined = false;
  const part = (reference: Json, follow: boolean) => {
    const pointed = pointsTo(reference);
    if (pointed?.kind === 'patient') patients.add(pointed.id);
    else if (pointed?.kind === 'lookup' && follow) pending.add(pointed.key);
    else if (pointed?.kind === 'unnamed' && (pointed.surely || (follow && reference.reference !== undefined)))
      undetermined = true;
  };

  if (resource.resourceType === 'Patient') patients.add(resource.id);
  else if (type.category === 'patient') {
    const others = atPaths(resource, type, patients, () => {
      undetermined = true;
    });
    // Who is contained counts as well before the others are asked.
    for (const inner of resource.contained ?? []) everyReference(inner, (reference) => part(reference, false));
    if (patients.size === 0) for (const key of others) pending.add(key);
  }
  if (resource.resourceType === 'Patient') {
    for (const inner of resource.contained ?? []) everyReference(inner, (reference) => part(reference, false));
  } else if (type.category !== 'patient') everyReference(resource, (reference) => part(reference, true));
  if (resource.resourceType === 'Bundle') {
    for (const { resource: entry } of resource.entry ?? []) {
      if (entry.resourceType === 'Patient') patients.add(entry.id);
      else if (naiveTypes[entry.resourceType]!.category === 'patient' && !namesSomebody(entry)) undetermined = true;
    }
  }
  if ((resource.contained ?? []).some((inner: Json) => inner.resourceType === 'Patient')) undetermined = true;
  if (type.category === 'patient' && patients.size === 0 && pending.size === 0) undetermined = true;
  return { patients, pending, undetermined };
}

/** Of an entry: its neighbours may be about others. */
function namesSomebody(entry: Json): boolean {
  return naiveTypes[entry.resourceType]!.compartment.some((path) =>
    valuesAt(entry, path).some((reference) => ['patient', 'lookup'].includes(pointsTo(reference)?.kind ?? '')),
  );
}

/** Do its own words say whose it is? */
export function saysWhose(resource: Json): boolean {
  const { pending, undetermined } = directly(resource);
  return pending.size === 0 && !undetermined;
}

function atPaths(resource: Json, type: NaiveType, patients: Set<string>, unclear: () => void): readonly string[] {
  const others: string[] = [];
  for (const path of type.compartment) {
    for (const reference of valuesAt(resource, path)) {
      const pointed = pointsTo(reference);
      if (pointed?.kind === 'patient') patients.add(pointed.id);
      else if (pointed?.kind === 'lookup') others.push(pointed.key);
      else if (pointed?.kind === 'unnamed' && (type.about.includes(path) || pointed.surely)) unclear();
    }
  }
  return others;
}

/** In the compartment of exactly this patient; other Patients that are linked to it are not reached. */
export function inCompartmentOf(resource: Json, patient: string): boolean {
  if (resource.resourceType === 'Patient') return resource.id === patient;
  return naiveTypes[resource.resourceType]!.compartment.some((path) =>
    valuesAt(resource, path).some((reference) => {
      const pointed = pointsTo(reference);
      return pointed?.kind === 'patient' && pointed.id === patient;
    }),
  );
}

function pointsTo(reference: Json): Pointed {
  const text: string | undefined = reference.reference;
  if (text === undefined) {
    return reference.identifier === undefined ? undefined : unnamed(reference.type);
  }
  if (text.startsWith('#')) return undefined;
  const local = [ourBase, upstreamBase].reduce(
    (left, base) => (left.startsWith(`${base}/`) ? left.slice(base.length + 1) : left),
    text,
  );
  const [, type, id] = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[A-Za-z0-9\-.]+)?$/.exec(local) ?? [];
  if (type === undefined || id === undefined) return unnamed(/([A-Z][A-Za-z]+)\/[^/]+$/.exec(text)?.[1] ?? reference.type);
  if (type === 'Patient') return { kind: 'patient', id };
  return (naiveTypes[type]?.leadsToPatients ?? true) ? { kind: 'lookup', key: `${type}/${id}` } : undefined;
}

function unnamed(type: string | undefined): Pointed {
  if (type !== undefined && naiveTypes[type]?.leadsToPatients === false) return undefined;
  return { kind: 'unnamed', surely: type === 'Patient' };
}

/** Whatever looks like a Reference, at any depth. */
function everyReference(value: Json, visit: (reference: Json) => void): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) everyReference(item, visit);
    return;
  }
  const isReference =
    typeof value.reference === 'string' || (typeof value.identifier === 'object' && !Array.isArray(value.identifier));
  if (isReference) visit(value);
  for (const member of Object.values<Json>(value)) everyReference(member, visit);
}
