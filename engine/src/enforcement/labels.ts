/**
 * Security labels as a set, for telling whether a write would change them. Labels are put on by the labelling service or an authorised role,
 * never by whoever may write the resource (R-083, hardening B4-63).
 */
import { type JsonDocument, type JsonNode, NONE, name } from '../json/scan.ts';

const META = name('meta');
const SECURITY = name('security');
const SYSTEM = name('system');
const CODE = name('code');
const CONTAINED = name('contained');

/** One string per label, sorted: of the resource itself, and apart from them of what is contained in it. */
export function labelsOf(document: JsonDocument, resource: JsonNode): readonly string[] {
  const labels = new Set<string>(codings(document, resource, 'own'));
  const contained = document.member(resource, CONTAINED);
  for (let one = document.first(contained); one !== NONE; one = document.next(one)) {
    for (const label of codings(document, one, 'contained')) labels.add(label);
  }
  return [...labels].sort();
}

/** Whatever is no coding is a label too, though an unknown one. */
function codings(document: JsonDocument, resource: JsonNode, place: string): readonly string[] {
  const list = document.at(resource, META, SECURITY);
  if (list === NONE) return [];
  if (!document.isArray(list)) return [JSON.stringify([place, document.raw(list)])];
  const found: string[] = [];
  for (let item = document.first(list); item !== NONE; item = document.next(item)) {
    const [system, code] = [document.string(document.member(item, SYSTEM)), document.string(document.member(item, CODE))];
    const known = system !== undefined && code !== undefined;
    found.push(JSON.stringify(known ? [place, system, code] : [place, document.raw(item)]));
  }
  return found;
}
