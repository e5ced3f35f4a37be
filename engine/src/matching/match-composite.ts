/**
 * FHIR R4 search.html#combining (composites): all components must meet within one and the same item. The table holds the paths of all components
 * together; where the items begin is what the paths of one group share.
 */
import { elementNodes } from '../fhir/element-path.ts';
import type { SearchParameter, TypeFacts } from '../fhir/tables.ts';
import type { JsonDocument, JsonNode } from '../json/scan.ts';
import type { Matcher } from './matcher.ts';
import type { Matching } from './matching.ts';
import { type ValueTest, valueTest } from './value-test.ts';
import { valuesIn } from './values-in.ts';

interface Group {
  /** Path of the items; '' = the resource itself. */
  readonly base: string;
  /** By component, the paths below an item. */
  readonly parts: readonly (readonly string[])[];
}

export function compositeMatcher(
  definition: SearchParameter,
  values: readonly string[],
  type: TypeFacts,
  matching: Matching,
): Matcher | undefined {
  const components = definition.components.map((name) => type.searchParameters.get(name));
  if (components.some((one) => one === undefined || one.kind !== 'plain' || one.type === 'composite')) return undefined;
  const known = components as readonly SearchParameter[];
  const groups = groupsOf(definition, known);
  if (groups === undefined) return undefined;
  const alternatives = values.map((value) => {
    const parts = value.split('$');
    return known.map((component, at) => valueTest(component, undefined, parts[at] ?? '', matching));
  });
  if (alternatives.some((tests) => tests.includes(undefined))) return undefined;
  const holds = (document: JsonDocument, item: JsonNode, { parts }: Group): boolean => {
    const found = parts.map((paths, at) =>
      paths.flatMap((path) =>
        elementNodes(document, item, path).flatMap((node) => valuesIn(known[at]!.type, document, node, matching.bases)),
      ),
    );
    return alternatives.some((tests) => (tests as readonly ValueTest[]).every((test, at) => found[at]!.some(test)));
  };
  return (document, resource) =>
    groups.some((group) => {
      const items = group.base === '' ? [resource] : elementNodes(document, resource, group.base);
      return items.some((item) => holds(document, item, group));
    });
}

/** Undefined when the paths do not fall into groups in which every component has one. */
function groupsOf({ paths }: SearchParameter, components: readonly SearchParameter[]): readonly Group[] | undefined {
  const bases = [...new Set(paths.map((path) => path.slice(0, Math.max(0, path.lastIndexOf('.')))))];
  const groups = bases.map((base) => ({
    base,
    parts: components.map((component) =>
      component.paths
        .filter((path) => paths.includes(path) && path.slice(0, Math.max(0, path.lastIndexOf('.'))) === base)
        .map((path) => (base === '' ? path : path.slice(base.length + 1))),
    ),
  }));
  return groups.every(({ parts }) => parts.every((own) => own.length > 0)) ? groups : undefined;
}
