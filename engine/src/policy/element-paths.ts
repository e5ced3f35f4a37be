/** Elements named in `mask` and `elements`: `Encounter.reasonCode` → the path below the resource, by type. */
import type { FhirTables } from '../fhir/tables.ts';
import type { PolicyRule } from './document.ts';
import { refusePolicy } from './refuse-policy.ts';

/** Elements that carry what the flow itself needs; withholding them would break reading, not protect it. */
const needed: ReadonlySet<string> = new Set(['id', 'meta', 'resourceType']);

/** Throws Problem `policy-invalid` for what does not exist or cannot be covered by the rule. */
export function elementPaths(rule: PolicyRule, tables: FhirTables, at: string): ReadonlyMap<string, readonly string[]> {
  const key = rule.effect === 'permit' ? 'mask' : 'elements';
  const paths = new Map<string, readonly string[]>();
  for (const [index, written] of (rule[key] ?? []).entries()) {
    const place = `${at}.${key}[${index}]`;
    const [type, ...steps] = written.split('.') as [string, ...string[]];
    checkCovered(type, rule, tables, place);
    if (needed.has(steps[0]!)) refusePolicy(place, `${steps[0]} cannot be withheld`);
    const found = expandElement(type, steps, tables, place);
    paths.set(type, Object.freeze([...new Set([...(paths.get(type) ?? []), ...found])]));
  }
  return paths;
}

function checkCovered(type: string, rule: PolicyRule, tables: FhirTables, at: string): void {
  const facts = tables.types.get(type);
  if (facts === undefined) refusePolicy(at, `FHIR ${tables.version} has no resource type ${type}`);
  if (rule.resources?.types !== undefined && !rule.resources.types.includes(type)) {
    refusePolicy(at, `the rule is not about ${type}; add it to resources.types or remove the element`);
  }
}

/** One written path → those it means, below the resource. Throws Problem `policy-invalid`. */
export function expandElement(type: string, steps: readonly string[], tables: FhirTables, at: string): readonly string[] {
  const elements = tables.types.get(type)!.elements;
  const [first, ...rest] = steps as [string, ...string[]];
  if (elements.size === 0)
    refusePolicy(
      at,
      `the elements of FHIR ${tables.version} are not known, so none can be withheld; deny the type, or name fhirVersions`,
    );
  if (rest.some((step) => step.endsWith('[x]')))
    refusePolicy(at, 'only a first element can be written with [x]; spell the others out');
  if (!first.endsWith('[x]')) {
    if (!elements.has(first)) refusePolicy(at, `${type} has no element ${first}${choiceHint(first, elements)}`);
    return [steps.join('.')];
  }
  const choices = choicesOf(first.slice(0, -3), elements);
  if (choices.length === 0) refusePolicy(at, `${type} has no choice of types called ${first}`);
  return choices.map((choice) => [choice, ...rest].join('.'));
}

function choicesOf(base: string, elements: ReadonlySet<string>): readonly string[] {
  return [...elements].filter((element) => element.startsWith(base) && /^[A-Z]/.test(element.slice(base.length)));
}

function choiceHint(name: string, elements: ReadonlySet<string>): string {
  return choicesOf(name, elements).length > 0 ? `; write ${name}[x] for every type of it` : '';
}
