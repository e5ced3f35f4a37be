/** resource.html#simple-tags: the tag of a resource that is not whole. */
import { type JsonDocument, type JsonNode, NONE, name } from '../json/scan.ts';

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
