// FHIR search §3.1.1 (SearchParameter.expression): the few forms of FHIRPath that R4's parameters use, compiled to closures; the rest is
// left to Medplum's evaluator.
import { evalFhirPath } from '@medplum/core';
import type { Json } from '../storage/version.ts';

/** From a resource, or from a part of one, to the elements that a parameter compares. Arrays come flattened. */
export type Extractor = (root: Json) => readonly Json[];

type Step = (node: Json) => readonly Json[];

const CHOICES = new Set(
  (
    'Age Annotation Attachment Base64Binary Boolean Canonical Code CodeableConcept Coding ContactPoint Count Date DateTime Decimal Distance ' +
    'Duration HumanName Id Identifier Instant Integer Markdown Money Oid Period PositiveInt Quantity Range Ratio Reference SampledData ' +
    'Signature String Time Timing UnsignedInt Uri Url Uuid'
  ).split(' '),
);

/** `whole`: alternatives for other types are left out. `part`: the expression is relative, as in a composite's component. */
export function compileExpression(expression: string, type: string, scope: 'whole' | 'part'): Extractor {
  const alternatives = expression
    .split(' | ')
    .map((text) => text.trim())
    .filter((text) => scope === 'part' || belongs(text, type))
    .map(compileAlternative);
  return (root) => alternatives.flatMap((extract) => extract(root));
}

function belongs(text: string, type: string): boolean {
  const first = /^\(?([A-Za-z]+)/.exec(text)?.[1] ?? '';
  return first === type || first === 'Resource' || first === 'DomainResource' || /^[a-z]/.test(first);
}

function compileAlternative(text: string): Extractor {
  const steps = segments(text.replace(/^\(([^()]*(?:\([^()]*\))*[^()]*)\)/, '$1')).map(compileStep);
  if (steps.some((step) => step === undefined)) return (root) => flat(evalFhirPath(text, root) as Json);
  return (root) => steps.reduce<readonly Json[]>((nodes, step) => nodes.flatMap((node) => step?.(node) ?? []), [root]);
}

/** Splits at the dots outside parentheses; a leading type name stands for the resource itself. `ofType` joins the name before it. */
function segments(path: string): readonly string[] {
  const parts = path.match(/(?:[^.()]|\([^)]*\)\s*(?:is [A-Za-z]+\))?)+/g) ?? [];
  return parts
    .filter((part, index) => !(index === 0 && /^[A-Z]/.test(part)))
    .reduce<string[]>((list, part) => {
      const before = list.at(-1);
      if (part.startsWith('ofType(') && before !== undefined) list[list.length - 1] = `${before}.${part}`;
      else list.push(part);
      return list;
    }, []);
}

function compileStep(segment: string): Step | undefined {
  if (segment === '$this') return (node) => [node];
  if (/^[a-z][A-Za-z]*$/.test(segment)) return (node) => member(node, segment);
  const typed = /^([a-z][A-Za-z]*)\.ofType\(([A-Za-z]+)\)$/.exec(segment);
  if (typed !== null) {
    const name = `${typed[1]}${(typed[2] ?? '').charAt(0).toUpperCase()}${(typed[2] ?? '').slice(1)}`;
    return (node) => flat(get(node, name));
  }
  const resolved = /^where\(resolve\(\) is ([A-Za-z]+)\)$/.exec(segment);
  if (resolved !== null) return (node) => (pointsTo(node, resolved[1] ?? '') ? [node] : []);
  const equal = /^where\(([a-z][A-Za-z]*)='([^']*)'\)$/.exec(segment);
  if (equal !== null) return (node) => (get(node, equal[1] ?? '') === equal[2] ? [node] : []);
  return undefined;
}

function member(node: Json, name: string): readonly Json[] {
  const plain = get(node, name);
  if (plain !== undefined) return flat(plain);
  if (!isObject(node)) return [];
  return Object.keys(node).flatMap((key) =>
    key.startsWith(name) && CHOICES.has(key.slice(name.length)) ? flat(get(node, key)) : [],
  );
}

function pointsTo(node: Json, type: string): boolean {
  const reference = get(node, 'reference');
  if (get(node, 'type') === type) return true;
  return typeof reference === 'string' && (reference.startsWith(`${type}/`) || reference.includes(`/${type}/`));
}

const isObject = (node: Json): node is { readonly [name: string]: Json } =>
  node !== null && typeof node === 'object' && !Array.isArray(node);

/** An own member of an object, or undefined. */
export function get(node: Json, name: string): Json | undefined {
  return isObject(node) && Object.hasOwn(node, name) ? node[name] : undefined;
}

export function flat(value: Json | undefined): readonly Json[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? (value as readonly Json[]).filter((item) => item !== null) : [value];
}
