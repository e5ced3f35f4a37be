/** What an operation was given, from its query and its Parameters body (operations.html#request), held against what it may be given. */
import { type JsonDocument, type JsonNode, NONE, name } from '../json/scan.ts';
import type { JsonValue } from '../json/value.ts';
import { Problem } from '../problem.ts';
import type { OperationRequest } from '../request/request.ts';
import type { Operation } from './operations.ts';

export interface OperationInput {
  readonly resource: { readonly document: JsonDocument; readonly node: JsonNode } | undefined;
  /** Undefined when it was not given. Throws Problem `parameter-invalid` when it was given more than once. */
  one(name: string): string | undefined;
  all(name: string): readonly string[];
  /** A Coding or CodeableConcept that was given under this name. Throws as `one` does. */
  coded(name: string): JsonValue | undefined;
}

const RESOURCE_TYPE = name('resourceType');
const PARAMETERS = name('Parameters');
const PARAMETER = name('parameter');
const NAME = name('name');
const RESOURCE = name('resource');
const REFERENCE = name('reference');
const CODED = [name('valueCoding'), name('valueCodeableConcept')] as const;

/** Throws Problem `parameter-unknown`, `parameter-invalid` or `resource-invalid`. */
export function operationInput(asked: OperationRequest, operation: Operation): OperationInput {
  const values = new Map<string, string[]>();
  for (const [key, given] of asked.parameters) values.set(key, [...given]);
  const coded = new Map<string, JsonValue[]>();
  const { body } = asked;
  let resource: OperationInput['resource'];
  if (body?.stringIs(body.member(body.root, RESOURCE_TYPE), PARAMETERS)) resource = readParameters(body, values, coded);
  else if (body !== undefined) resource = { document: body, node: body.root };
  for (const key of [...values.keys(), ...coded.keys()]) {
    if (!operation.parameters.includes(key))
      throw new Problem('parameter-unknown', 'The operation is not served with one of these parameters.');
  }
  if (resource !== undefined && !operation.takesResource)
    throw new Problem('parameter-unknown', 'The operation takes no resource.');
  const all = (key: string): readonly string[] => values.get(key) ?? [];
  const one = (key: string): string | undefined => {
    if (all(key).length > 1) throw new Problem('parameter-invalid', 'A parameter of the operation is given more than once.');
    return all(key)[0];
  };
  const codedOne = (key: string): JsonValue | undefined => {
    const given = coded.get(key) ?? [];
    if (given.length > 1) throw new Problem('parameter-invalid', 'A parameter of the operation is given more than once.');
    return given[0];
  };
  return Object.freeze({ resource, one, all, coded: codedOne });
}

/** Values that are neither primitive nor a reference nor a code are refused: what they would mean is not ours to guess. */
function readParameters(
  document: JsonDocument,
  values: Map<string, string[]>,
  coded: Map<string, JsonValue[]>,
): OperationInput['resource'] {
  const list = document.member(document.root, PARAMETER);
  if (list === NONE) return undefined;
  if (!document.isArray(list)) throw invalid();
  let resource: OperationInput['resource'];
  for (let item = document.first(list); item !== NONE; item = document.next(item)) {
    const key = document.isObject(item) ? document.string(document.member(item, NAME)) : undefined;
    if (key === undefined) throw invalid();
    const node = document.member(item, RESOURCE);
    if (node !== NONE) {
      if (key !== 'resource' || resource !== undefined || !document.isObject(node)) throw invalid();
      resource = { document, node };
      continue;
    }
    const code = CODED.map((one) => document.member(item, one)).find((one) => one !== NONE && document.isObject(one));
    if (code !== undefined) coded.set(key, [...(coded.get(key) ?? []), document.value(code)]);
    else values.set(key, [...(values.get(key) ?? []), plainValue(document, item)]);
  }
  return resource;
}

function plainValue(document: JsonDocument, item: JsonNode): string {
  const found: string[] = [];
  for (let member = document.first(item); member !== NONE; member = document.next(member)) {
    const key = document.key(member);
    if (key === 'name') continue;
    if (key === 'valueReference') {
      found.push(referenceIn(document, member));
      continue;
    }
    const kind = document.kind(member);
    if (!/^value[A-Z]/.test(key) || kind === 'object' || kind === 'array' || kind === 'null') throw invalid();
    found.push(document.string(member) ?? document.raw(member));
  }
  if (found.length !== 1) throw invalid();
  return found[0]!;
}

/** A literal reference and nothing else: an identifier beside it would be ignored, or would have to be looked up. */
function referenceIn(document: JsonDocument, node: JsonNode): string {
  const text = document.isObject(node) ? document.string(document.member(node, REFERENCE)) : undefined;
  if (text === undefined) throw invalid();
  return text;
}

function invalid(): Problem {
  return new Problem('parameter-invalid', 'The Parameters of the operation cannot be read: give each as one plain value.');
}
