/** resource.html#simple-tags: the tag of a resource that is not whole. */
import type { JsonEdit } from '../json/edit.ts';
import { type JsonDocument, type JsonNode, NONE, name } from '../json/scan.ts';
import { Problem } from '../problem.ts';

const META = name('meta');
const TAG = name('tag');
const SYSTEM = name('system');
const CODE = name('code');
const OBSERVATION_VALUE = name('http://terminology.hl7.org/CodeSystem/v3-ObservationValue');
const SUBSETTED = name('SUBSETTED');

/** The Coding as JSON text. */
export const subsettedCoding = `{"system":"${OBSERVATION_VALUE.text}","code":"${SUBSETTED.text}"}`;

export function isSubsetted(document: JsonDocument, resource: JsonNode): boolean {
  const tag = document.at(resource, META, TAG);
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
  else if (!isSubsetted(document, resource)) edit.appendItem(tag, subsettedCoding);
}

function odd(): Problem {
  return new Problem('upstream-odd', 'The server behind gave an answer that cannot be used.', { detail: 'meta is malformed' });
}
