/** resource.html#simple-tags, #Meta: what is added to `meta`: the tag of a resource that is not whole, and the duties that travel with it. */
import type { JsonEdit } from '../json/edit.ts';
import { type JsonDocument, type JsonNode, type Name, NONE, name } from '../json/scan.ts';
import { Problem } from '../problem.ts';
import { isMarked, type Visible } from './visible.ts';

const META = name('meta');
const TAG = name('tag');
const SECURITY = name('security');
const SYSTEM = name('system');
const CODE = name('code');
const OBSERVATION_VALUE = name('http://terminology.hl7.org/CodeSystem/v3-ObservationValue');
const SUBSETTED = name('SUBSETTED');

/** The Coding as JSON text. */
export const subsettedCoding = `{"system":"${OBSERVATION_VALUE.text}","code":"${SUBSETTED.text}"}`;

/** FHIR calls it a tag in one place and a security label in another: in a body that comes in, both count. */
export function isSubsetted(document: JsonDocument, resource: JsonNode, lists: readonly Name[] = [TAG, SECURITY]): boolean {
  return lists.some((list) => names(document, document.at(resource, META, list)));
}

function names(document: JsonDocument, tag: JsonNode): boolean {
  for (let coding = document.first(tag); coding !== NONE; coding = document.next(coding)) {
    const sameCode = document.stringIs(document.member(coding, CODE), SUBSETTED);
    if (sameCode && document.stringIs(document.member(coding, SYSTEM), OBSERVATION_VALUE)) return true;
  }
  return false;
}

/** What each edit has tagged: a mask and a projection of one resource both ask for it. */
const tagged = new WeakMap<JsonEdit, Set<JsonNode>>();

/** Tags it, unless it is tagged already or the same edit tags it. */
export function noteSubsetted(edit: JsonEdit, resource: JsonNode): void {
  const { document } = edit;
  if (tagged.get(edit)?.has(resource)) return;
  tagged.set(edit, (tagged.get(edit) ?? new Set()).add(resource));
  const meta = document.member(resource, META);
  const tag = document.member(meta, TAG);
  if (meta === NONE) edit.insertMember(resource, 'meta', `{"tag":[${subsettedCoding}]}`);
  else if (!document.isObject(meta)) throw odd();
  else if (tag === NONE) edit.insertMember(meta, 'tag', `[${subsettedCoding}]`);
  else if (!document.isArray(tag)) throw odd();
  else if (!isSubsetted(document, resource, [TAG])) edit.appendItem(tag, subsettedCoding);
}

/**
 * refrains and obligations travel with what is released, as labels of it. Call it before the same edit tags the resource; `willTag` says that it
 * will, since a resource without `meta` gets one for both. They are no part of the form on which searches are answered: `_security` finds what is stored.
 */
export function noteObligedLabels(edit: JsonEdit, resource: JsonNode, shown: Shown, willTag: boolean): void {
  const added = addedLabels(shown);
  if (added.length === 0) return;
  const { document } = edit;
  const meta = document.member(resource, META);
  const security = document.member(meta, SECURITY);
  const labels = added
    .filter(({ system, code }) => !carries(document, security, system, code))
    .map(({ system, code }) => JSON.stringify({ system, code }));
  if (labels.length === 0) return;
  if (meta === NONE) {
    const tag = willTag ? `,"tag":[${subsettedCoding}]` : '';
    edit.insertMember(resource, 'meta', `{"security":[${labels.join(',')}]${tag}}`);
    if (willTag) tagged.set(edit, (tagged.get(edit) ?? new Set()).add(resource));
  } else if (!document.isObject(meta)) throw odd();
  else if (security === NONE) edit.insertMember(meta, 'security', `[${labels.join(',')}]`);
  else if (!document.isArray(security)) throw odd();
  else for (const label of labels) edit.appendItem(security, label);
}

type Shown = Pick<Visible, 'mask' | 'obligations'>;

/** What is put on in the end. A copy that is not whole is called redacted as well, so that nobody mistakes it for the original. */
export function addedLabels(shown: Shown): readonly { readonly system: string; readonly code: string }[] {
  if (shown.obligations.length === 0 && !isMarked(shown)) return none;
  const labels = shown.obligations.flatMap((one) => (one.kind === 'label' ? [{ system: one.system, code: one.code }] : []));
  const known = labels.some(({ system, code }) => system === REDACTED.system && code === REDACTED.code);
  return isMarked(shown) && !known ? [...labels, REDACTED] : labels;
}

const none: readonly never[] = Object.freeze([]);
const REDACTED = Object.freeze({ system: OBSERVATION_VALUE.text, code: 'REDACTED' });

export function carries(document: JsonDocument, list: JsonNode, system: string, code: string): boolean {
  for (let coding = document.first(list); coding !== NONE; coding = document.next(coding)) {
    const sameCode = document.string(document.member(coding, CODE)) === code;
    if (sameCode && document.string(document.member(coding, SYSTEM)) === system) return true;
  }
  return false;
}

function odd(): Problem {
  return new Problem('upstream-odd', 'The server behind gave an answer that cannot be used.', { detail: 'meta is malformed' });
}
