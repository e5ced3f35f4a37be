/**
 * De-identified views: which elements of a type go. What stays is listed, not what goes, so that an element that nobody thought of
 * does not leave: codes, amounts, and references without names. Dates, texts, names, numbers of every kind, attachments, extensions (of primitives too) and
 * contained resources go; so does the narrative, as from everything that is masked. Ids of resources stay: they are not pseudonyms.
 */
import { containerOf } from '../fhir/structure.ts';
import type { FhirVersion } from '../fhir/version.ts';

/** Data types that say what and how much, never who or when, each with the primitives that stay of it. */
const dataTypes: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    CodeableConcept: [],
    Coding: ['system', 'version', 'code', 'display', 'userSelected'],
    Range: [],
    Ratio: [],
    Money: ['value', 'currency'],
    Reference: ['reference', 'type'],
    ...Object.fromEntries(
      ['Quantity', 'Age', 'Count', 'Distance', 'Duration'].map((type) => [
        type,
        ['value', 'comparator', 'unit', 'system', 'code'],
      ]),
    ),
  }).map(([type, primitives]) => [type, new Set(primitives)]),
);
/** Primitives that are codes in every type that has them, and some without which the rest would mean something else. */
const codes: ReadonlySet<string> = new Set([
  ...['status', 'intent', 'priority', 'gender', 'active', 'use', 'mode', 'kind', 'type', 'category', 'criticality', 'severity'],
  ...['doNotPerform', 'wasNotGiven', 'deceasedBoolean', 'valueBoolean', 'valueInteger', 'verificationStatus'],
]);
/** At the top: what the flow itself needs, the narrative (which goes with every mask), and what changes the meaning of the rest. */
const untouched: ReadonlySet<string> = new Set(['id', 'meta', 'text', 'modifierExtension']);
const plainAtTop: ReadonlySet<string> = new Set(['implicitRules', 'language']);

/** Paths below the resource. Undefined: the elements of the type are not known, so it has no de-identified view. */
export function deIdentifiedPaths(version: FhirVersion, type: string): readonly string[] | undefined {
  if (containerOf(version, type) === undefined) return undefined;
  const paths: string[] = [];
  collect(version, type, '', codes, [type], paths);
  return Object.freeze(paths);
}

function collect(
  version: FhirVersion,
  container: string,
  prefix: string,
  primitives: ReadonlySet<string>,
  around: readonly string[],
  paths: string[],
): void {
  for (const [element, { inside }] of containerOf(version, container) ?? []) {
    if (prefix === '' ? untouched.has(element) : element === 'modifierExtension') continue;
    const path = `${prefix}${element}`;
    if (inside === undefined) {
      // What is beside a primitive (`_status`) are extensions of it.
      const stays = primitives.has(element) || (prefix === '' && plainAtTop.has(element));
      paths.push(stays ? `${prefix}_${element}` : path);
      continue;
    }
    const ofType = dataTypes.get(inside);
    // A part of the resource; one that holds itself again goes whole.
    const stays = ofType !== undefined || (inside.includes('/') && !around.includes(inside));
    if (stays) collect(version, inside, `${path}.`, ofType ?? codes, [...around, inside], paths);
    else paths.push(path);
  }
}
