/** FHIR R4 search.html#summary and #elements: which top-level elements a shortened resource keeps. */
import { r4Summary } from './generated/r4-summary.ts';
import type { FhirVersion } from './version.ts';

export interface Projection {
  readonly summary: ReadonlySet<string>;
  readonly mandatory: ReadonlySet<string>;
}

let unfolded: ReadonlyMap<string, Projection> | undefined;

/** Undefined where the elements of the version or type are not known: then nothing can be shortened. */
export function projectionOf(version: FhirVersion, type: string): Projection | undefined {
  if (version !== 'R4') return undefined;
  unfolded ??= new Map(
    r4Summary
      .trim()
      .split('\n')
      .map((line) => {
        const [name = '', summary = '', mandatory = ''] = line.split('|');
        return [name, Object.freeze({ summary: new Set(summary.split(' ')), mandatory: new Set(mandatory.split(' ')) })];
      }),
  );
  return unfolded.get(type);
}
