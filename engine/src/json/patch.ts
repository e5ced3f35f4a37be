/**
 * RFC 6902 JSON Patch on bytes: all operations or none, in order; what no operation touches stays identical to the byte. Whoever applies a
 * patch must first have decided on every path in `patchedPaths`: a `test` reads, and so do `copy` and `move`.
 */
import { Problem } from '../problem.ts';
import { type JsonDocument, type JsonNode, NONE } from './document.ts';
import { name } from './name.ts';
import { childIndex, childOf, newChild, type Opened, open, opened, type Part, samePart, untouched, writePart } from './part.ts';
import { parsePointer } from './pointer.ts';
import { scan } from './scan.ts';

type Path = readonly string[];
type Operation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: Path; readonly value: JsonNode }
  | { readonly op: 'move' | 'copy'; readonly path: Path; readonly from: Path }
  | { readonly op: 'remove'; readonly path: Path };

const MOST_OPERATIONS = 1000;
/** Operations times values: each operation may have to go through the children of every container on its path. */
const MOST_WORK = 200_000_000;
const OP = name('op');
const PATH = name('path');
const FROM = name('from');
const VALUE = name('value');

export interface PatchLimits {
  /** Bytes of the result, so that repeated `copy` cannot grow without end; the larger of 16 MiB and twice the document unless given. */
  readonly maxBytes?: number;
}

/** The patched document. Throws Problem `patch-failed`, its public text the same for every reason that depends on the document. */
export function applyPatch(document: JsonDocument, patch: JsonDocument, limits: PatchLimits = {}): Uint8Array {
  const maxBytes = limits.maxBytes ?? Math.max(2 ** 24, document.bytes.length * 2);
  let root: Part = untouched(document, document.root);
  const operations = readOperations(patch);
  if (operations.length * (document.count + patch.count) > MOST_WORK) throw failed('too much work');
  for (const [index, operation] of operations.entries()) {
    const after = applyOperation(root, operation, patch);
    if (typeof after === 'string') throw failed(`operation ${index}: ${after}`);
    if (after.size > maxBytes) throw failed(`operation ${index}: result too large`);
    root = after;
  }
  const before = document.start(document.root);
  const rest = document.bytes.subarray(document.end(document.root));
  const bytes = new Uint8Array(before + root.size + rest.length);
  bytes.set(document.bytes.subarray(0, before));
  bytes.set(rest, writePart(root, bytes, before));
  // INVARIANT: what leaves here has been scanned; copies can have nested it too deeply.
  try {
    scan(bytes);
  } catch (cause) {
    throw failed('result is not acceptable JSON', cause);
  }
  return bytes;
}

/** Every path that the patch reads or writes, `from` included, in order. Throws Problem `patch-failed` when it is no patch. */
export function patchedPaths(patch: JsonDocument): readonly Path[] {
  return readOperations(patch).flatMap((operation) =>
    'from' in operation ? [operation.from, operation.path] : [operation.path],
  );
}

function failed(detail: string, cause?: unknown): Problem {
  return new Problem('patch-failed', 'The patch could not be applied.', { detail, cause });
}

function readOperations(patch: JsonDocument): readonly Operation[] {
  const malformed = (detail: string) => new Problem('patch-failed', 'The body is not a JSON Patch.', { detail });
  if (!patch.isArray(patch.root)) throw malformed('not an array');
  if (patch.size(patch.root) > MOST_OPERATIONS) throw malformed(`more than ${MOST_OPERATIONS} operations`);
  const operations: Operation[] = [];
  for (let item = patch.first(patch.root); item !== NONE; item = patch.next(item)) {
    const operation = readOperation(patch, item);
    if (operation === undefined) throw malformed(`operation ${operations.length}`);
    operations.push(operation);
  }
  return operations;
}

function readOperation(patch: JsonDocument, item: JsonNode): Operation | undefined {
  const pointer = (member: typeof PATH) => {
    const text = patch.string(patch.member(item, member));
    return text === undefined ? undefined : parsePointer(text);
  };
  const op = patch.string(patch.member(item, OP));
  const path = pointer(PATH);
  if (path === undefined) return undefined;
  switch (op) {
    case 'add':
    case 'replace':
    case 'test': {
      const value = patch.member(item, VALUE);
      return value === NONE ? undefined : { op, path, value };
    }
    case 'move':
    case 'copy': {
      const from = pointer(FROM);
      return from === undefined ? undefined : { op, path, from };
    }
    case 'remove':
      return { op, path };
    default:
      return undefined;
  }
}

/** The changed document, or why it cannot be changed. */
function applyOperation(root: Part, operation: Operation, patch: JsonDocument): Part | string {
  switch (operation.op) {
    case 'add':
      return add(root, operation.path, untouched(patch, operation.value));
    case 'replace':
      return replace(root, operation.path, untouched(patch, operation.value));
    case 'remove':
      return remove(root, operation.path);
    case 'test': {
      const found = find(root, operation.path);
      if (found === undefined) return 'no such path';
      return samePart(found, patch, operation.value) ? root : 'test failed';
    }
    case 'copy': {
      const found = find(root, operation.from);
      return found === undefined ? 'no such path' : add(root, operation.path, found);
    }
    case 'move': {
      const { from, path } = operation;
      const found = find(root, from);
      if (found === undefined) return 'no such path';
      const isPrefix = from.length <= path.length && from.every((token, at) => token === path[at]);
      if (isPrefix) return from.length === path.length ? root : 'moved into itself';
      const without = remove(root, from);
      return typeof without === 'string' ? without : add(without, path, found);
    }
  }
}

function find(root: Part, path: Path): Part | undefined {
  let found: Part | undefined = root;
  for (const token of path) {
    if (found === undefined) return undefined;
    found = childOf(found, token);
  }
  return found;
}

function add(root: Part, path: Path, value: Part): Part | string {
  if (path.length === 0) return value;
  return change(root, path, 0, (container, token) => {
    const at = childIndex(container, token);
    if (container.kind === 'object' && at >= 0) return withValue(container, at, value);
    const isEnd = container.kind === 'object' || token === '-' || token === String(container.children.length);
    if (at < 0 && !isEnd) return 'no such index';
    const child = newChild(container.kind === 'object' ? token : undefined, value);
    return child === undefined
      ? 'a name that needs escapes'
      : opened(container.kind, container.children.toSpliced(isEnd ? container.children.length : at, 0, child));
  });
}

function replace(root: Part, path: Path, value: Part): Part | string {
  if (path.length === 0) return value;
  return change(root, path, 0, (container, token) => {
    const at = childIndex(container, token);
    return at < 0 ? 'no such path' : withValue(container, at, value);
  });
}

function remove(root: Part, path: Path): Part | string {
  if (path.length === 0) return 'the whole document cannot be removed';
  return change(root, path, 0, (container, token) => {
    const at = childIndex(container, token);
    return at < 0 ? 'no such path' : opened(container.kind, container.children.toSpliced(at, 1));
  });
}

type Change = (container: Opened, token: string) => Part | string;

/** Change the container that holds the last token of `path`, and remake those around it. */
function change(part: Part, path: Path, at: number, make: Change): Part | string {
  const container = open(part);
  if (container === undefined) return 'no such path';
  const token = path[at]!;
  if (at === path.length - 1) return make(container, token);
  const index = childIndex(container, token);
  if (index < 0) return 'no such path';
  const changed = change(container.children[index]!.value, path, at + 1, make);
  return typeof changed === 'string' ? changed : withValue(container, index, changed);
}

function withValue(container: Opened, index: number, value: Part): Opened {
  return opened(container.kind, container.children.with(index, { ...container.children[index]!, value }));
}
