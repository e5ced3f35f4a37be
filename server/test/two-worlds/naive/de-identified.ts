/**
 * What goes from de-identified views, written by hand for the elements that the harness uses: dates, texts, names and numbers of every kind, what
 * is contained; of codes and references what says more than they do.
 */
import type { Json } from '../json.ts';
import { pathsOf } from './masked-paths.ts';

export const deIdentified: Readonly<Record<string, readonly string[]>> = {
  Device: ['type.text', 'deviceName.name', 'patient.display', 'patient.identifier', 'contained'],
  Condition: [
    ...['clinicalStatus.text', 'code.text', 'severity.text', 'onsetDateTime', 'onsetString', 'contained'],
    ...['subject', 'encounter', 'asserter'].flatMap((path) => [`${path}.display`, `${path}.identifier`]),
  ],
  Observation: [
    ...[
      'identifier',
      'category.text',
      'code.text',
      'effectiveDateTime',
      'valueString',
      'valueQuantity.extension',
      'valueCodeableConcept.text',
      'note',
      'contained',
    ],
    ...['component.code.text', 'component.valueString', 'component.valueQuantity.extension'],
    'component.valueCodeableConcept.text',
    ...['subject', 'encounter', 'performer', 'hasMember'].flatMap((path) => [`${path}.display`, `${path}.identifier`]),
  ],
};

/** A de-identified view is a mask of what would tell who it is. */
export function viewOf({ deIdentify, mask = [], resources }: Json): Json {
  if (deIdentify === undefined) return {};
  const gone = resources.types.flatMap((type: string) => deIdentified[type]!.map((path) => `${type}.${path}`));
  const years = deIdentify === true ? [] : gone.filter((path: string) => path.endsWith('DateTime'));
  return { mask: [...mask, ...gone.filter((path: string) => !years.includes(path))], years };
}

/** Dates of which the year is shown: of no permit that applies the whole date. */
export function yearsOf(type: string, permits: readonly Json[], mask: readonly string[]): readonly string[] {
  const shown = permits.map((rule) => ({ mask: pathsOf(type, rule.mask ?? []), years: pathsOf(type, rule.years ?? []) }));
  const all = new Set(shown.flatMap(({ years }) => years));
  return [...all].filter(
    (path) => !mask.includes(path) && shown.every((rule) => rule.mask.includes(path) || rule.years.includes(path)),
  );
}
