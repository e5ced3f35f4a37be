/** FHIR search.html#summary and #elements: which top-level elements a shortened resource keeps. */
import { r4Summary } from './generated/r4-summary.ts';
import { r4bSummary } from './generated/r4b-summary.ts';
import { r5Summary } from './generated/r5-summary.ts';
import type { FhirVersion } from './version.ts';

export interface Projection {
  readonly summary: ReadonlySet<string>;
  readonly mandatory: ReadonlySet<string>;
}

const generated: Readonly<Record<FhirVersion, string>> = { R4: r4Summary, R4B: r4bSummary, R5: r5Summary, R6: '' };
const unfolded = new Map<FhirVersion, ReadonlyMap<string, Projection>>();

/** Undefined where the elements of the version or type are not known: then nothing can be shortened. */
export function projectionOf(version: FhirVersion, type: string): Projection | undefined {
  const known = unfolded.get(version) ?? unfold(version);
  return known.get(type);
}

function unfold(version: FhirVersion): ReadonlyMap<string, Projection> {
  const known = new Map(
    generated[version]
      .trim()
      .split('\n')
      .map((line) => {
        const [name = '', summary = '', mandatory = ''] = line.split('|');
        return [name, Object.freeze({ summary: new Set(summary.split(' ')), mandatory: new Set(mandatory.split(' ')) })];
      }),
  );
  unfolded.set(version, known);
  return known;
}
