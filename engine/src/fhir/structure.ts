/** What is inside what (FHIR datatypes.html, resource definitions): which elements repeat and what type they have, in the order of the definitions. */
import { r4Structure } from './generated/r4-structure.ts';
import { r4bStructure } from './generated/r4b-structure.ts';
import { r5Structure } from './generated/r5-structure.ts';
import type { FhirVersion } from './version.ts';

/** How a primitive is written (json.html#primitive): most are text in JSON too. */
export type Primitive = 'text' | 'boolean' | 'integer' | 'decimal' | 'xhtml';

export interface ElementShape {
  readonly repeats: boolean;
  /** Container of its own elements; undefined = a primitive. */
  readonly inside: string | undefined;
  /** Of a primitive. */
  readonly primitive: Primitive | undefined;
}

export type Container = ReadonlyMap<string, ElementShape>;

interface Known {
  readonly lines: ReadonlyMap<string, string>;
  readonly containers: Map<string, Container>;
}

/** Nobody has published the elements of R6 yet in a form that would stay. */
const generated: Readonly<Record<FhirVersion, string>> = { R4: r4Structure, R4B: r4bStructure, R5: r5Structure, R6: '' };
const unfolded = new Map<FhirVersion, Known>();

/** Elements of a data type, a resource type or a part (`Patient/contact`), choices spelled out. Undefined: not known. */
export function containerOf(version: FhirVersion, name: string): Container | undefined {
  const { lines, containers } = unfolded.get(version) ?? unfold(version);
  const known = containers.get(name);
  const text = lines.get(name);
  if (known !== undefined || text === undefined) return known;
  const container = new Map(text.split(' ').map(shapeOf));
  containers.set(name, container);
  return container;
}

function unfold(version: FhirVersion): Known {
  const lines = new Map(
    generated[version]
      .trim()
      .split('\n')
      .map((line) => line.split('|') as [string, string]),
  );
  const known = { lines, containers: new Map<string, Container>() };
  unfolded.set(version, known);
  return known;
}

function shapeOf(element: string): readonly [string, ElementShape] {
  const [, key = '', star, type] = /^([^*:]+)(\*?)(?::(.+))?$/.exec(element)!;
  const isPrimitive = type === undefined || /^[a-z]/.test(type);
  return [
    key,
    Object.freeze({
      repeats: star === '*',
      inside: isPrimitive ? undefined : type,
      primitive: isPrimitive ? ((type ?? 'text') as Primitive) : undefined,
    }),
  ];
}
