/** From what rules name to the elements of one type that are withheld, and to what stands in their place. */
import type { Json } from '../json.ts';
import { announcedShapes } from './types.ts';

/** Withheld is what any deny names, and what every permit that applies masks. */
export function maskOf(type: string, permits: readonly (readonly string[])[], denied: readonly string[]): readonly string[] {
  const masks = permits.map((paths) => pathsOf(type, paths));
  const covered = masks
    .flat()
    .filter((path) => masks.every((mask) => mask.some((one) => path === one || path.startsWith(`${one}.`))));
  return signed(type, [...new Set([...pathsOf(type, denied), ...covered])]);
}

/** A Bundle from which something is withheld is not the one that was signed. */
export function signed(type: string, mask: readonly string[]): readonly string[] {
  return type === 'Bundle' && mask.length > 0 ? [...new Set([...mask, 'signature'])] : mask;
}

const choices: Readonly<Record<string, readonly string[]>> = {
  value: [
    'valueQuantity',
    'valueString',
    'valueCodeableConcept',
    'valueBoolean',
    'valueInteger',
    'valueRange',
    'valueRatio',
    'valueSampledData',
    'valueTime',
    'valueDateTime',
    'valuePeriod',
  ],
  deceased: ['deceasedBoolean', 'deceasedDateTime'],
  onset: ['onsetDateTime', 'onsetAge', 'onsetPeriod', 'onsetRange', 'onsetString'],
};

function choicesOf(base: string): readonly string[] {
  return (
    choices[base] ??
    ['Boolean', 'CodeableConcept', 'DateTime', 'Period', 'Quantity', 'Reference', 'String'].map((type) => base + type)
  );
}

/** `Observation.value[x]` → `valueQuantity`, …, for one type. */
export function pathsOf(type: string, written: readonly string[]): readonly string[] {
  return written
    .filter((text) => text.startsWith(`${type}.`))
    .map((text) => text.slice(type.length + 1))
    .flatMap((path) => (path.endsWith('[x]') ? choicesOf(path.slice(0, -3)) : [path]));
}

/** Of a choice only one may stand: the first. */
export function announcements(type: string, written: readonly string[], mask: readonly string[]): Json {
  const found: Record<string, Json> = {};
  for (const [path] of written.filter((text) => text.startsWith(`${type}.`)).map((text) => pathsOf(type, [text]))) {
    if (path === undefined || !mask.includes(path)) continue;
    const [key, list] = announcedShapes[`${type}.${path}`]!;
    found[key] = list ? [absent] : absent;
  }
  return found;
}

const absent = {
  extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'masked' }],
};
