/**
 * http.html#patch, applied by us on the state that the caller sees, then written as an update of exactly that version. A `test` reads and so do
 * `copy` and `move`: a patch may not name what a mask could withhold (search-semantics §9, hardening B4-61).
 */
import { innerMasks } from '../decision/masks.ts';
import { isOtherForm } from '../fhir/choice.ts';
import { asJsonPatch, fhirPathOperations, fhirPathPaths } from '../fhir/fhirpath-patch.ts';
import { mergedPaths, mergeOperations } from '../json/merge-patch.ts';
import { applyPatch, patchedPaths } from '../json/patch.ts';
import { type JsonDocument, NONE, name, scan } from '../json/scan.ts';
import { touches } from '../planning/touches.ts';
import { Problem } from '../problem.ts';
import type { PatchRequest } from '../request/request.ts';
import { checkElements } from '../request/resource-body.ts';
import { admit } from './admit.ts';
import { writeClosed } from './closed-write.ts';
import { current, deniedMissing } from './current.ts';
import type { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import { labelsOf } from './labels.ts';
import type { Found, Need } from './need.ts';
import type { PreparedOrAnswered } from './prepared.ts';
import { rebased } from './rebased.ts';
import { refuseUnserved } from './refuse-unserved.ts';
import { replace } from './replace.ts';
import { requireIfMatch } from './require-if-match.ts';

const identity = [name('resourceType'), name('id')];
const META = name('meta');
/** Operations times values. */
const MOST_WORK = 20_000_000;

export function* preparePatch(given: Given, book: FactBook, asked: PatchRequest): Generator<Need, PreparedOrAnswered, Found> {
  const { type, id, conditions } = asked;
  const { ours, upstream } = given.bases;
  const permit = admit(given, 'patch', type);
  if (permit.kind === 'denied') return permit;
  const read = admit(given, 'read', type);
  if (read.kind === 'denied') return read;
  refuseUnserved(asked);
  requireIfMatch(given);
  const paths = pathsOf(asked, given);
  refuseClosedPaths(paths, [...permit.maskable, ...read.maskable]);

  const state = yield* current(given, book, read, id);
  if (state.kind === 'missing') return deniedMissing(given, state);
  // What it contains may be masked by the rules of another type, which its own did not tell.
  refuseClosedPaths(paths, innerMasks(state.visible.mask));
  const before = rebased(state.visible.document, upstream, ours);
  const after = applied(asked, given, before);
  checkElements(after, after.root, type, given.tables);
  if (identity.some((member) => rawMember(before, member) !== rawMember(after, member)) || !sameMeta(before, after))
    throw writeClosed();
  return yield* replace(given, book, { id, permit, read, state, body: rebased(after, ours, upstream), conditions });
}

/** Every path that the patch could read or write, by its own words. */
function pathsOf({ format, patch, type }: PatchRequest, { tables }: Given): readonly (readonly string[])[] {
  const patched = { version: tables.version, type };
  switch (format) {
    case 'json-patch':
      return patchedPaths(patch);
    case 'merge-patch':
      return mergedPaths(patch);
    case 'fhirpath-patch':
      return fhirPathPaths(fhirPathOperations(patch, patched), patched);
  }
}

function applied({ format, patch, type }: PatchRequest, { tables }: Given, before: JsonDocument): JsonDocument {
  const patched = { version: tables.version, type };
  switch (format) {
    case 'json-patch':
      return scan(applyPatch(before, patch));
    case 'merge-patch':
      return scan(applyPatch(before, mergeOperations(before, patch)));
    case 'fhirpath-patch': {
      const operations = fhirPathOperations(patch, patched);
      // Each operation goes through the whole document.
      if (operations.length * before.count > MOST_WORK) throw new Problem('patch-failed', 'The patch could not be applied.');
      return operations.reduce((now, operation) => {
        const one = scan(new TextEncoder().encode(asJsonPatch(now, patch, operation, patched)));
        return scan(applyPatch(now, one));
      }, before);
    }
  }
}

function refuseClosedPaths(paths: readonly (readonly string[])[], maskable: readonly string[]): void {
  if (maskable.length === 0) return;
  // The narrative and what is contained repeat what is masked elsewhere.
  const closed = [...maskable, 'text', 'contained'];
  // Also another form of a hidden choice: whether the two collide would tell.
  const isClosed = (path: string) => touches(path, closed) || closed.some((hidden) => isOtherForm(path, hidden));
  if (paths.some((path) => path.length === 0 || isClosed(elementPath(path)))) throw writeClosed();
}

/** `/name/0/_given/-` → `name.given` */
function elementPath(pointer: readonly string[]): string {
  const elements = pointer.filter((token) => !/^(\d+|-)$/.test(token));
  return elements.map((token) => token.replace(/^_/, '')).join('.');
}

/** `meta` is the server's, but for labels: who may change those is judged with the new state. */
function sameMeta(before: JsonDocument, after: JsonDocument): boolean {
  if (rawMember(before, META) === rawMember(after, META)) return true;
  const labelled = labelsOf(before, before.root).join() !== labelsOf(after, after.root).join();
  return labelled && metaWithoutLabels(before) === metaWithoutLabels(after);
}

function metaWithoutLabels(document: JsonDocument): string {
  const meta = document.member(document.root, META);
  if (!document.isObject(meta)) return '';
  const members: string[] = [];
  for (let member = document.first(meta); member !== NONE; member = document.next(member))
    if (document.key(member) !== 'security') members.push(`${document.key(member)}:${document.raw(member)}`);
  return members.join();
}

function rawMember(document: JsonDocument, member: (typeof identity)[number]): string | undefined {
  const node = document.member(document.root, member);
  return node === NONE ? undefined : document.raw(node);
}
