/** Turns recorded edits into sorted splices: which commas go with what, which emptied containers go too. */
import { type JsonDocument, type JsonNode, NONE } from './document.ts';
import { name as prepareName } from './name.ts';

/** `bytes` take the place of `[start, end)`. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly bytes: readonly Uint8Array[];
  readonly replacement: boolean;
}

/** A member (its bytes include the name) or an item to be added. */
export interface Insertion {
  readonly name: string | undefined;
  readonly bytes: Uint8Array;
  readonly place: 'first' | 'last';
}

export interface EditPlan {
  /** By start; a splice inside another comes after it. */
  readonly splices: readonly Splice[];
  /** Everything removed, emptied shells included, but not what lies inside. */
  readonly removed: ReadonlySet<JsonNode>;
}

interface Removal {
  readonly shells?: 'keep' | 'drop';
  readonly upTo?: JsonNode;
}

const COMMA = Uint8Array.of(0x2c);

export function planSplices(
  document: JsonDocument,
  removals: ReadonlyMap<JsonNode, Removal>,
  replacements: ReadonlyMap<JsonNode, Uint8Array>,
  insertions: ReadonlyMap<JsonNode, readonly Insertion[]>,
): EditPlan {
  const removed = new Set(removals.keys());
  const goneIn = new Map<JsonNode, number>();
  const count = (parent: JsonNode) => goneIn.set(parent, (goneIn.get(parent) ?? 0) + 1);
  for (const node of removed) count(document.parent(node));

  for (const [node, { shells, upTo }] of removals) {
    if (shells !== 'drop') continue;
    for (let shell = document.parent(node); shell !== upTo && shell !== document.root; shell = document.parent(shell)) {
      if (goneIn.get(shell) !== document.size(shell) || insertions.has(shell) || replacements.has(shell)) break;
      if (removed.has(shell)) continue;
      removed.add(shell);
      count(document.parent(shell));
    }
  }

  const splices: Splice[] = [];
  for (const parent of goneIn.keys()) if (!removed.has(parent)) cutChildren(document, parent, removed, splices);
  for (const [node, bytes] of replacements) {
    if (removed.has(node)) continue;
    splices.push({ start: document.start(node), end: document.end(node), bytes: [bytes], replacement: true });
  }
  for (const [container, list] of insertions) {
    if (!removed.has(container)) insertInto(document, container, list, removed, goneIn.get(container) ?? 0, splices);
  }
  // Insertions at a container's very beginning go before a cut that starts there; an outer cut of the same start is the longer one.
  splices.sort(
    (one, other) =>
      one.start - other.start || Number(one.end > one.start) - Number(other.end > other.start) || other.end - one.end,
  );
  return { splices, removed };
}

/** Cut each run of removed siblings: with the comma before it, or at the front with the one after it. */
function cutChildren(document: JsonDocument, parent: JsonNode, removed: ReadonlySet<JsonNode>, splices: Splice[]): void {
  let kept = NONE;
  let runStart = -1;
  let runEnd = -1;
  for (let child = document.first(parent); child !== NONE; child = document.next(child)) {
    const start = document.keyStart(child) === -1 ? document.start(child) : document.keyStart(child);
    if (removed.has(child)) {
      if (runStart === -1) runStart = kept === NONE ? start : document.end(kept);
      runEnd = document.end(child);
      continue;
    }
    if (runStart !== -1) splices.push({ start: runStart, end: kept === NONE ? start : runEnd, bytes: [], replacement: false });
    runStart = -1;
    kept = child;
  }
  if (runStart !== -1) splices.push({ start: runStart, end: runEnd, bytes: [], replacement: false });
}

function insertInto(
  document: JsonDocument,
  container: JsonNode,
  list: readonly Insertion[],
  removed: ReadonlySet<JsonNode>,
  gone: number,
  splices: Splice[],
): void {
  refuseTakenNames(document, container, list, removed);
  const stays = document.size(container) > gone;
  const first = list.filter(({ place }) => place === 'first').map(({ bytes }) => bytes);
  const last = list.filter(({ place }) => place === 'last').map(({ bytes }) => bytes);

  const front = document.start(container) + 1;
  if (first.length > 0) {
    const bytes = withCommas(first);
    if (stays || last.length > 0) bytes.push(COMMA);
    splices.push({ start: front, end: front, bytes, replacement: false });
  }
  if (last.length > 0) {
    let back = front;
    for (let child = document.first(container); child !== NONE; child = document.next(child)) back = document.end(child);
    splices.push({
      start: back,
      end: back,
      bytes: stays ? [COMMA, ...withCommas(last)] : withCommas(last),
      replacement: false,
    });
  }
}

function withCommas(values: readonly Uint8Array[]): Uint8Array[] {
  return values.flatMap((bytes, index) => (index === 0 ? [bytes] : [COMMA, bytes]));
}

function refuseTakenNames(
  document: JsonDocument,
  object: JsonNode,
  list: readonly Insertion[],
  removed: ReadonlySet<JsonNode>,
): void {
  const taken = new Set<string>();
  for (const { name } of list) {
    if (name === undefined) continue;
    if (taken.has(name)) throw new Error('two insertions of one name');
    taken.add(name);
  }
  for (const text of taken) {
    const name = prepareName(text);
    const member = document.member(object, name);
    if (member !== NONE && !removed.has(member)) throw new Error('the name is taken');
  }
}
