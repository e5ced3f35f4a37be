/** A resource of every type, with each of its elements, made from the tables and not from anybody's examples: JSON to XML and back gives the same bytes. */
import { describe, expect, test } from 'vitest';
import { fhirTables } from '../fhir/fhir-tables.ts';
import { containerOf, type ElementShape } from '../fhir/structure.ts';
import type { FhirVersion } from '../fhir/version.ts';
import { jsonOf } from './json-of.ts';
import { xmlOf } from './xml-of.ts';

const DEEPEST = 2;
const values = { boolean: 'false', integer: '-12', decimal: '1.10E-3', text: '"a \\"<&>\\n ü"', xhtml: '' } as const;
const div = '"<div xmlns=\\"http://www.w3.org/1999/xhtml\\"><p>x</p></div>"';
const extension = '"extension":[{"url":"http://x","valueDecimal":1.00}]';

/** Members of an object of type `name`, one choice of each choice; nothing where it would go on for ever. */
function members(version: FhirVersion, name: string, depth: number): string {
  const told: string[] = [];
  const taken = new Set<string>();
  for (const [element, shape] of containerOf(version, name)!) {
    // Choices are `value` and a type; one of them is enough.
    const choice =
      /^(?:value|onset|effective|deceased|abatement|occurrence|performed|medication|product|item|subject)(?=[A-Z])/.exec(
        element,
      )?.[0];
    if (choice !== undefined && taken.has(choice)) continue;
    const value = valueFor(version, element, shape, depth);
    if (value === undefined) continue;
    if (choice !== undefined) taken.add(choice);
    told.push(`"${element}":${shape.repeats ? `[${value},${value}]` : value}`);
    const primitive = shape.inside === undefined && element !== 'id' && element !== 'url' && element !== 'div';
    if (primitive && depth === 0)
      told.push(`"_${element}":${shape.repeats ? `[null,{${extension}}]` : `{"id":"i",${extension}}`}`);
  }
  return told.join(',');
}

function valueFor(
  version: FhirVersion,
  element: string,
  { inside, primitive }: ElementShape,
  depth: number,
): string | undefined {
  if (primitive !== undefined) return element === 'div' ? div : values[primitive];
  if (inside === undefined || depth === DEEPEST) return undefined;
  if (inside === 'Resource') return '{"resourceType":"Basic","id":"b"}';
  if (containerOf(version, inside)!.has('implicitRules')) return `{"resourceType":"${inside}","id":"b"}`;
  if (inside === 'Extension') return depth > 1 ? undefined : '{"url":"http://x","valueBoolean":true}';
  const inner = members(version, inside, depth + 1);
  return inner === '' ? undefined : `{${inner}}`;
}

describe.each(['R4', 'R4B', 'R5'] as const)('%s', (version) => {
  test('every type', () => {
    const types = [...fhirTables(version).types.keys()];
    let elements = 0;
    for (const type of types) {
      const json = `{"resourceType":"${type}",${members(version, type, 0)}}`;
      JSON.parse(json);
      elements += json.split('":').length;
      const back = new TextDecoder().decode(jsonOf(xmlOf(new TextEncoder().encode(json), version), version));
      expect(back, type).toBe(json);
    }
    expect(types.length).toBeGreaterThan(140);
    expect(elements).toBeGreaterThan(10_000);
  });
});
