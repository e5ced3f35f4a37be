/**
 * De-identified views: which elements of a type go. What stays is listed, not what goes, so that an element that nobody thought of
 * does not leave: codes, amounts, and references without names. Dates, texts, names, numbers of every kind, attachments, extensions and contained
 * resources go; so does the narrative, as from everything that is masked. Ids of resources stay: they are not pseudonyms.
 */
import { containerOf } from '../fhir/structure.ts';
import type { FhirVersion } from '../fhir/version.ts';

/** Data types that say what and how much, never who or when. */
const kept: ReadonlySet<string> = new Set(['Coding', 'Quantity', 'Age', 'Count', 'Duration', 'Money', 'Range', 'Ratio']);
/** Data types of which a part goes. */
const shortened: ReadonlyMap<string, readonly string[]> = new Map([
  ['CodeableConcept', ['text', 'extension']],
  ['Reference', ['display', 'identifier', 'extension']],
]);
/** Primitives that are codes in every type that has them, and one without which the rest would mean something else. */
const codes: ReadonlySet<string> = new Set([
  ...['status', 'intent', 'priority', 'gender', 'active', 'use', 'mode', 'kind', 'type', 'category', 'criticality', 'severity'],
  ...['doNotPerform', 'wasNotGiven', 'deceasedBoolean', 'valueBoolean', 'valueInteger', 'verificationStatus'],
]);
/** Never withheld: what the flow itself needs, the narrative (which goes with every mask), and what changes the meaning of the rest. */
const untouched: ReadonlySet<string> = new Set(['id', 'meta', 'implicitRules', 'language', 'text', 'modifierExtension']);

/** Paths below the resource. Undefined: the elements of the type are not known, so it has no de-identified view. */
export function deIdentifiedPaths(version: FhirVersion, type: string): readonly string[] | undefined {
  if (containerOf(version, type) === undefined) return undefined;
  const paths: string[] = [];
  collect(version, type, '', [type], paths);
  return Object.freeze(paths);
}

function collect(version: FhirVersion, container: string, prefix: string, around: readonly string[], paths: string[]): void {
  for (const [element, { inside }] of containerOf(version, container) ?? []) {
    const path = `${prefix}${element}`;
    if (prefix === '' ? untouched.has(element) : element === 'id' || element === 'modifierExtension') continue;
    if (inside === undefined) {
      if (!codes.has(element)) paths.push(path);
    } else if (shortened.has(inside)) paths.push(...shortened.get(inside)!.map((part) => `${path}.${part}`));
    else if (kept.has(inside)) paths.push(`${path}.extension`);
    // A part of the resource; one that holds itself again goes whole.
    else if (inside.includes('/') && !around.includes(inside)) collect(version, inside, `${path}.`, [...around, inside], paths);
    else paths.push(path);
  }
}
