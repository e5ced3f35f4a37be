/**
 * FHIR consent.html#provision.code: content by its code. Equal codes match; of a hierarchy that is not at hand, another code may be a narrower one.
 */
import { type JsonDocument, type JsonNode, NONE, name } from '../json/scan.ts';
import type { ConsentMatter } from './matter.ts';
import { isMembers } from './members.ts';
import { any, type Truth } from './truth.ts';

const CODE = name('code');
const SYSTEM = name('system');
const META = name('meta');
const TEXT = name('text');
const CODING = name('coding');

/** The elements that say what a resource is about; a code elsewhere only may. */
const main: ReadonlySet<string> = new Set([
  ...[
    'code',
    'type',
    'class',
    'category',
    'serviceType',
    'vaccineCode',
    'medicationCodeableConcept',
    'reasonCode',
    'procedureCode',
  ],
  ...['clinicalStatus', 'conclusionCode', 'valueCodeableConcept', 'component', 'substance', 'product', 'orderDetail'],
]);
/** Systems in which a code stands for those below it, too. */
const SNOMED = 'http://snomed.info/sct';
const icd = /^(?:http:\/\/hl7\.org\/fhir\/sid\/icd-|urn:oid:2\.16\.840\.1\.113883\.6\.(?:3|4|42|90|103)$)/;

export function matchCode(concept: unknown, matter: ConsentMatter): Truth {
  const codings = isMembers(concept) ? concept['coding'] : undefined;
  if (!Array.isArray(codings) || codings.length === 0) return 'maybe';
  return any(codings.map((coding) => matchCoding(coding, matter)));
}

function matchCoding(coding: unknown, { document, node }: ConsentMatter): Truth {
  if (!isMembers(coding)) return 'maybe';
  const { system, code } = coding;
  if (typeof system !== 'string' || typeof code !== 'string') return 'maybe';
  const truths: Truth[] = [];
  const end = document.end(node);
  for (let at = node + 1; at < document.count && document.start(at) < end; at++) {
    if (document.keyIs(at, CODING) && document.isArray(at)) continue;
    if (!document.isObject(at)) continue;
    const place = topOf(document, at, node);
    if (document.keyIs(place, META)) continue;
    if (document.member(at, TEXT) !== NONE && document.member(at, CODING) === NONE && isMain(document, place))
      truths.push('maybe');
    if (document.string(document.member(at, SYSTEM)) !== system) continue;
    const found = document.string(document.member(at, CODE));
    if (found === undefined) continue;
    const same = compare(system, code, found);
    truths.push(same === 'yes' && !isMain(document, place) ? 'maybe' : same);
  }
  return any(truths);
}

function compare(system: string, wanted: string, found: string): Truth {
  if (found === wanted) return 'yes';
  if (icd.test(system)) return found.startsWith(wanted) ? 'yes' : 'no';
  return system === SNOMED ? 'maybe' : 'no';
}

function isMain(document: JsonDocument, place: JsonNode): boolean {
  return main.has(document.key(place));
}

/** The member of the resource in which a value lies. */
function topOf(document: JsonDocument, at: JsonNode, resource: JsonNode): JsonNode {
  let top = at;
  for (let above = document.parent(top); above !== resource; above = document.parent(top)) top = above;
  return top;
}
