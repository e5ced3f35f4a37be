/**
 * Security labels as a set, for telling whether a write would change them. Labels are put on by the labelling service or an authorised role,
 * never by whoever may write the resource (R-083, hardening B4-63). Whatever is read as a label when the resource is judged is one here too:
 * `meta.security` of the resource and of what is inside it, `securityLabel` of documents, and inline labels of elements.
 */
import { type JsonDocument, type JsonNode, NONE, name } from '../json/scan.ts';

const META = name('meta');
const SECURITY = name('security');
const SECURITY_LABEL = name('securityLabel');
const SYSTEM = name('system');
const CODE = name('code');
const CODING = name('coding');
const PROVISION = name('provision');
const EXTENSION = name('extension');
const URL = name('url');
const INLINE_LABEL = name('http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-inline-sec-label');

/** One string per label, sorted: of the resource itself, and apart from them of its parts. */
export function labelsOf(document: JsonDocument, resource: JsonNode): readonly string[] {
  const labels = new Set<string>();
  const own = document.at(resource, META, SECURITY);
  const end = document.end(resource);
  for (let at = resource + 1; at < document.count && document.start(at) < end; at++) {
    if (document.keyIs(at, SECURITY) && document.keyIs(document.parent(at), META)) {
      for (const label of codings(document, at, at === own ? 'own' : 'part')) labels.add(label);
    } else if (document.keyIs(at, SECURITY_LABEL) && !isCriterion(document, at)) {
      for (const label of codings(document, at, 'document')) labels.add(label);
    } else if (document.keyIs(at, URL) && document.stringIs(at, INLINE_LABEL)) {
      labels.add(JSON.stringify(['inline', document.raw(document.parent(at))]));
    }
  }
  return [...labels].sort();
}

/** Codings, or concepts that hold some. Whatever is neither is a label too, though an unknown one. */
function codings(document: JsonDocument, list: JsonNode, place: string): readonly string[] {
  if (!document.isArray(list)) return [JSON.stringify([place, document.raw(list)])];
  const found: string[] = [];
  for (let item = document.first(list); item !== NONE; item = document.next(item)) {
    const inner = document.member(item, CODING);
    if (inner !== NONE) {
      found.push(...codings(document, inner, place));
      continue;
    }
    const [system, code] = [document.string(document.member(item, SYSTEM)), document.string(document.member(item, CODE))];
    const known = system !== undefined && code !== undefined;
    found.push(JSON.stringify(known ? [place, system, code, ...origin(document, item)] : [place, document.raw(item)]));
  }
  return found;
}

/** whose word a label is (DS4P, by extension) is as little anybody's to write as the label. */
function origin(document: JsonDocument, label: JsonNode): readonly unknown[] {
  const extension = document.member(label, EXTENSION);
  return extension === NONE ? [] : [JSON.parse(document.raw(extension))];
}

/** In a Consent, `provision.securityLabel` says what the provision is about. */
function isCriterion(document: JsonDocument, at: JsonNode): boolean {
  const holder = document.parent(at);
  return document.keyIs(holder, PROVISION) || document.keyIs(document.parent(holder), PROVISION);
}
