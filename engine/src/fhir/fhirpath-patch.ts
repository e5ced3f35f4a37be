/**
 * FHIR R4 fhirpatch.html, on a closed subset of FHIRPath: `Type.element[0].element`, and `element` alone where there is one of it. Each operation
 * becomes the JSON Patch that does the same, so that both are applied by the same code, to the byte. Whoever applies one must first have decided
 * on every path in `fhirPathPaths`.
 */
import { type JsonDocument, type JsonNode, NONE, name } from '../json/scan.ts';
import { Problem } from '../problem.ts';
import { type Container, containerOf, type ElementShape } from './structure.ts';
import type { FhirVersion } from './version.ts';

interface Step {
  readonly element: string;
  readonly index: number | undefined;
}

export interface PatchOperation {
  readonly type: 'add' | 'insert' | 'delete' | 'replace' | 'move';
  readonly path: readonly Step[];
  /** Of an add. */
  readonly name: string | undefined;
  /** The part that holds the value. */
  readonly value: JsonNode;
  readonly index: number;
  readonly source: number;
  readonly destination: number;
}

export interface PatchedType {
  readonly version: FhirVersion;
  readonly type: string;
}

const PARAMETER = name('parameter');
const PART = name('part');
const NAME = name('name');
const MOST_OPERATIONS = 1000;

/** Throws Problem `patch-failed`. */
export function fhirPathOperations(patch: JsonDocument, { type }: PatchedType): readonly PatchOperation[] {
  const operations = children(patch, patch.member(patch.root, PARAMETER)).map((one) => {
    if (patch.string(patch.member(one, NAME)) !== 'operation') throw malformed('not an operation');
    return operationOf(patch, one, type);
  });
  if (operations.length > MOST_OPERATIONS) throw malformed('too many operations');
  return operations;
}

function operationOf(patch: JsonDocument, node: JsonNode, type: string): PatchOperation {
  const parts = new Map<string, JsonNode>();
  for (const part of children(patch, patch.member(node, PART))) {
    const key = patch.string(patch.member(part, NAME)) ?? '';
    if (parts.has(key)) throw malformed('a part twice');
    parts.set(key, part);
  }
  const text = (key: string, ...kinds: readonly string[]) => {
    for (const kind of kinds) {
      const value = patch.string(patch.member(parts.get(key) ?? NONE, name(`value${kind}`)));
      if (value !== undefined) return value;
    }
    return undefined;
  };
  const number = (key: string) => {
    const value = patch.number(patch.member(parts.get(key) ?? NONE, name('valueInteger')));
    return value !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : -1;
  };
  const kind = text('type', 'Code');
  const path = pathOf(text('path', 'String') ?? '', type);
  const value = parts.get('value') ?? NONE;
  const whole = {
    path,
    name: text('name', 'String'),
    value,
    index: number('index'),
    source: number('source'),
    destination: number('destination'),
  };
  switch (kind) {
    case 'add':
      if (whole.name === undefined || value === NONE) throw malformed('an add without name or value');
      return { type: kind, ...whole };
    case 'insert':
      if (whole.index < 0 || value === NONE) throw malformed('an insert without index or value');
      return { type: kind, ...whole };
    case 'move':
      if (whole.source < 0 || whole.destination < 0) throw malformed('a move without places');
      return { type: kind, ...whole };
    case 'replace':
      if (value === NONE || path.length === 0) throw malformed('a replace without value or element');
      return { type: kind, ...whole };
    case 'delete':
      if (path.length === 0) throw malformed('a delete of everything');
      return { type: kind, ...whole };
    default:
      throw malformed('an unknown operation');
  }
}

/** INVARIANT: anything but names and indexes is refused: a `where` would read what it does not name. */
function pathOf(text: string, type: string): readonly Step[] {
  const [first, ...rest] = text.split('.');
  if (first !== type) throw malformed('a path of another type');
  return rest.map((step) => {
    const [, element, index] = /^([a-z][A-Za-z0-9]*)(?:\[(\d{1,6})\])?$/.exec(step) ?? [];
    if (element === undefined) throw malformed('a path that is not served');
    return { element, index: index === undefined ? undefined : Number(index) };
  });
}

/** Every element path that the operations could read or write, all choices of a choice. Throws Problem `patch-failed` for what no type has. */
export function fhirPathPaths(
  operations: readonly PatchOperation[],
  { version, type }: PatchedType,
): readonly (readonly string[])[] {
  return operations.flatMap(({ path, name: added }) => {
    let reached: { readonly path: readonly string[]; readonly inside: string | undefined }[] = [{ path: [], inside: type }];
    for (const element of [...path.map((step) => step.element), ...(added === undefined ? [] : [added])]) {
      reached = reached.flatMap((at) => {
        const container = at.inside === undefined ? undefined : containerOf(version, at.inside);
        return spelled(container, element).map((key) => ({ path: [...at.path, key], inside: container!.get(key)!.inside }));
      });
    }
    if (reached.length === 0) throw malformed('an element that the type does not have');
    return reached.map((at) => at.path);
  });
}

/** `value` → `valueQuantity`, `valueString`, …; a plain element is itself. */
function spelled(container: Container | undefined, element: string): readonly string[] {
  if (container === undefined) return [];
  if (container.has(element)) return [element];
  return [...container.keys()].filter((key) => key.startsWith(element) && /^[A-Z]/.test(key.slice(element.length)));
}

/** The same as JSON Patch text, for the document as it is when the operation's turn comes. Throws Problem `patch-failed`. */
export function asJsonPatch(
  document: JsonDocument,
  patch: JsonDocument,
  operation: PatchOperation,
  patched: PatchedType,
): string {
  const { type } = operation;
  const list = type === 'insert' || type === 'move';
  const at = find(document, operation.path, patched, list);
  const valueAs = (shape: ElementShape | undefined) => valueText(patch, operation.value, shape?.inside, patched.version);
  switch (type) {
    case 'delete':
      if (at.node === NONE) return '[]';
      // A list of nothing is no FHIR: it goes with its last item.
      return `[{"op":"remove","path":${JSON.stringify(at.onlyItemOf ?? at.pointer)}}]`;
    case 'replace':
      if (at.node === NONE) throw failed('nothing to replace');
      return replacement(at, valueAs(at.shape), patched.version);
    case 'insert':
      if (operation.index > document.size(at.node)) throw failed('no such index');
      return `[{"op":"add","path":${JSON.stringify(`${at.pointer}/${operation.index}`)},"value":${valueAs(at.shape).text}}]`;
    case 'move': {
      const { source, destination } = operation;
      if (Math.max(source, destination) >= document.size(at.node)) throw failed('no such index');
      const [from, path] = [source, destination].map((index) => JSON.stringify(`${at.pointer}/${index}`));
      return `[{"op":"move","from":${from},"path":${path}}]`;
    }
    case 'add': {
      const container = at.inside === undefined ? undefined : containerOf(patched.version, at.inside);
      if (!document.isObject(at.node) || container === undefined) throw failed('nothing to add to');
      const plain = container.get(operation.name!);
      const value = valueAs(plain);
      const key = plain === undefined ? operation.name! + value.kind : operation.name!;
      const shape = container.get(key);
      if (shape === undefined) throw failed('an element that the type does not have');
      const before = document.member(at.node, name(key));
      const choices = spelled(container, operation.name!).filter((one) => document.member(at.node, name(one)) !== NONE);
      if (plain === undefined && choices.some((one) => one !== key)) throw failed('another choice is there');
      const pointer = `${at.pointer}/${key}`;
      if (!shape.repeats) return `[{"op":"add","path":${JSON.stringify(pointer)},"value":${value.text}}]`;
      if (before === NONE) return `[{"op":"add","path":${JSON.stringify(pointer)},"value":[${value.text}]}]`;
      return `[{"op":"add","path":${JSON.stringify(`${pointer}/-`)},"value":${value.text}}]`;
    }
  }
}

interface Place {
  readonly pointer: string;
  /** NONE: absent. */
  readonly node: JsonNode;
  readonly shape: ElementShape | undefined;
  readonly inside: string | undefined;
  /** Of a choice: the element without its type, and the container that it is in. */
  readonly choice?: { readonly element: string; readonly pointer: string; readonly container: Container } | undefined;
  /** Of the only item of a list: the list. */
  readonly onlyItemOf?: string | undefined;
}

/** A choice of another type is another member. */
function replacement(
  { pointer, choice }: Place,
  { text, kind }: { readonly text: string; readonly kind: string },
  version: FhirVersion,
): string {
  const key = choice === undefined ? undefined : choice.element + kind;
  if (choice === undefined || pointer === `${choice.pointer}/${key}`)
    return `[{"op":"replace","path":${JSON.stringify(pointer)},"value":${text}}]`;
  if (!choice.container.has(key!)) throw malformed(`a type that the choice does not have in ${version}`);
  const other = `${choice.pointer}/${key}`;
  return `[{"op":"remove","path":${JSON.stringify(pointer)}},{"op":"add","path":${JSON.stringify(other)},"value":${text}}]`;
}

/** One value, or with `list` the list of a repeating element. A primitive with parts of its own (`_x`) is refused: they go by position. */
function find(document: JsonDocument, path: readonly Step[], { version, type }: PatchedType, list: boolean): Place {
  let place: Place = { pointer: '', node: document.root, shape: undefined, inside: type };
  for (const [depth, { element, index }] of path.entries()) {
    const container = place.inside === undefined ? undefined : containerOf(version, place.inside);
    const key =
      spelled(container, element).find((one) => document.member(place.node, name(one)) !== NONE) ??
      spelled(container, element)[0];
    const shape = key === undefined ? undefined : container!.get(key);
    if (key === undefined || shape === undefined) throw malformed('an element that the type does not have');
    const node = document.member(place.node, name(key));
    if (document.member(place.node, name(`_${key}`)) !== NONE) throw failed('a primitive with parts');
    const pointer = `${place.pointer}/${key}`;
    if (list && depth === path.length - 1) {
      if (!shape.repeats || index !== undefined || !document.isArray(node)) throw failed('no list');
      return { pointer, node, shape, inside: shape.inside };
    }
    if (!document.isArray(node)) {
      if (index !== undefined && index > 0) return { pointer, node: NONE, shape, inside: shape.inside };
      const choice = key === element ? undefined : { element, pointer: place.pointer, container: container! };
      place = { pointer, node, shape, inside: shape.inside, choice };
    } else if (index === undefined && document.size(node) !== 1) throw failed('more than one element');
    else {
      const onlyItemOf = document.size(node) === 1 ? pointer : undefined;
      place = {
        pointer: `${pointer}/${index ?? 0}`,
        node: document.at(node, index ?? 0),
        shape,
        inside: shape.inside,
        onlyItemOf,
      };
    }
  }
  if (list) throw failed('no list');
  return place;
}

/** `kind`: what stands after `value` in the part's member; '' for one that is given by its parts. */
function valueText(
  patch: JsonDocument,
  part: JsonNode,
  inside: string | undefined,
  version: FhirVersion,
): { readonly text: string; readonly kind: string } {
  let found: { text: string; kind: string } | undefined;
  for (let member = patch.first(part); member !== NONE; member = patch.next(member)) {
    const key = patch.key(member);
    if (key === 'name' || key === 'part') continue;
    if (!/^value[A-Z]/.test(key) || found !== undefined) throw malformed('a value that is not one');
    found = { text: patch.raw(member), kind: key.slice('value'.length) };
  }
  if (found !== undefined) return found;
  const container = inside === undefined ? undefined : containerOf(version, inside);
  if (container === undefined) throw malformed('a value that is not one');
  const members = new Map<string, string[]>();
  for (const child of children(patch, patch.member(part, PART))) {
    const key = patch.string(patch.member(child, NAME)) ?? '';
    const plain = container.get(key);
    const value = valueText(patch, child, plain?.inside, version);
    const spelledOut = plain === undefined ? key + value.kind : key;
    if (!container.has(spelledOut)) throw malformed('an element that the type does not have');
    members.set(spelledOut, [...(members.get(spelledOut) ?? []), value.text]);
  }
  const texts = [...members].map(([key, values]) => {
    const { repeats } = container.get(key)!;
    if (!repeats && values.length > 1) throw malformed('an element twice');
    return `${JSON.stringify(key)}:${repeats ? `[${values}]` : values[0]}`;
  });
  return { text: `{${texts}}`, kind: '' };
}

function children(document: JsonDocument, list: JsonNode): readonly JsonNode[] {
  const found: JsonNode[] = [];
  if (!document.isArray(list)) return found;
  for (let item = document.first(list); item !== NONE; item = document.next(item)) found.push(item);
  return found;
}

function malformed(detail: string): Problem {
  return new Problem('patch-failed', 'The body is not a FHIRPath Patch of the kind that is served.', { detail });
}

/** One text for every reason that depends on the document. */
function failed(detail: string): Problem {
  return new Problem('patch-failed', 'The patch could not be applied.', { detail });
}
