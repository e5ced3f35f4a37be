/**
 * De-identified views: which elements of a type go. What stays is listed, not what goes, so that an element that nobody thought of
 * does not leave: codes, amounts, ages below ninety, and references without names. Dates, texts, names, numbers of every kind, attachments, extensions (of primitives too) and
 * contained resources go; so does the narrative, as from everything that is masked. Ids of resources stay: they are not pseudonyms.
 */
import { containerOf } from '../fhir/structure.ts';
import type { FhirVersion } from '../fhir/version.ts';
import type { ViewChange } from './compiled.ts';

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

/** A period says when; it is known where dates are told, and then its two ends are. */
const period: ReadonlySet<string> = new Set(['start', 'end']);
/** Primitives that are dates in every type that has them. What stands there and is no date is not told (release/change.ts). */
const dates =
  /^(?:date|issued|recorded|authoredOn|created|sent|received|birthDate|lastOccurrence|[a-z][A-Za-z]*(?:Date|DateTime))$/;

export interface DeIdentifiedView {
  /** Paths below the resource. */
  readonly gone: readonly string[];
  readonly changed: readonly ViewChange[];
}

/** `to`: what becomes of dates; undefined = they go. Undefined: the elements of the type are not known, so it has no de-identified view. */
export function deIdentifiedView(
  version: FhirVersion,
  type: string,
  to: ViewChange['to'] | undefined,
): DeIdentifiedView | undefined {
  if (containerOf(version, type) === undefined) return undefined;
  const view = { gone: [], changed: [], to };
  collect(version, type, '', codes, [type], view);
  return Object.freeze({ gone: Object.freeze(view.gone), changed: Object.freeze(view.changed) });
}

interface Collected {
  readonly gone: string[];
  readonly changed: ViewChange[];
  readonly to: ViewChange['to'] | undefined;
}

function collect(
  version: FhirVersion,
  container: string,
  prefix: string,
  primitives: ReadonlySet<string>,
  around: readonly string[],
  view: Collected,
): void {
  const { gone, changed, to } = view;
  for (const [element, { inside, repeats, primitive }] of containerOf(version, container) ?? []) {
    if (prefix === '' ? untouched.has(element) : element === 'modifierExtension') continue;
    const path = `${prefix}${element}`;
    if (inside === undefined) {
      const isDate = primitive === 'text' && !repeats && (container === 'Period' ? period.has(element) : dates.test(element));
      const told = to !== undefined && isDate;
      if (told) changed.push({ path, what: element === 'birthDate' ? 'birth' : 'date', to });
      // What is beside a primitive (`_status`) are extensions of it.
      const stays = told || primitives.has(element) || (prefix === '' && plainAtTop.has(element));
      gone.push(stays ? `${prefix}_${element}` : path);
      continue;
    }
    const ofType = inside === 'Period' && to !== undefined ? period : dataTypes.get(inside);
    if (inside === 'Age') changed.push({ path, what: 'age', to: 'year' });
    // A part of the resource; one that holds itself again goes whole.
    const stays = ofType !== undefined || (inside.includes('/') && !around.includes(inside));
    if (stays) collect(version, inside, `${path}.`, ofType ?? codes, [...around, inside], view);
    else gone.push(path);
  }
}
