/** What is inside what (FHIR R4 datatypes.html, resource definitions): which elements repeat and what type they have. */
import { r4Structure } from './generated/r4-structure.ts';
import type { FhirVersion } from './version.ts';

export interface ElementShape {
  readonly repeats: boolean;
  /** Container of its own elements; undefined = a primitive. */
  readonly inside: string | undefined;
}

export type Container = ReadonlyMap<string, ElementShape>;

let lines: ReadonlyMap<string, string> | undefined;
const containers = new Map<string, Container>();

/** Elements of a data type, a resource type or a part (`Patient/contact`), choices spelled out. Undefined: not known. */
export function containerOf(version: FhirVersion, name: string): Container | undefined {
  if (version !== 'R4') return undefined;
  lines ??= new Map(
    r4Structure
      .trim()
      .split('\n')
      .map((line) => line.split('|') as [string, string]),
  );
  const known = containers.get(name);
  const text = lines.get(name);
  if (known !== undefined || text === undefined) return known;
  const container = new Map(
    text.split(' ').map((element) => {
      const [, key = '', star, inside] = /^([^*:]+)(\*?)(?::(.+))?$/.exec(element)!;
      return [key, Object.freeze({ repeats: star === '*', inside })] as const;
    }),
  );
  containers.set(name, container);
  return container;
}
