/** Which format the client can read (RFC 9110 §12.5.1; FHIR R4 http.html#mime-type). */
import type { FhirTables } from '../fhir/tables.ts';
import { Problem } from '../problem.ts';
import { readsXml } from '../xml/json-of.ts';
import { fhirVersionOf } from './asking.ts';
import { parseMediaType, sameRelease } from './media-type.ts';
import type { HttpRequest, Representation } from './request.ts';

const json: readonly string[] = ['application/fhir+json', 'application/json', 'text/json', 'application/json+fhir'];
const xml: readonly string[] = ['application/fhir+xml', 'application/xml', 'text/xml', 'application/xml+fhir'];

interface Range {
  readonly name: string;
  readonly quality: number;
}

/** JSON whenever it is acceptable, however little; XML only when nothing else is. Throws Problem `not-acceptable`. */
export function acceptedFormat(lines: readonly string[], fhirVersion: string): Representation['format'] {
  const text = lines.join(',').trim();
  // What most clients say, and in most cases nothing else.
  if (text === '' || text === 'application/fhir+json' || text === 'application/json') return 'json';
  const ranges = text.split(',').flatMap((one) => parseRange(one, fhirVersion));
  if (json.some((name) => quality(name, ranges) > 0)) return 'json';
  if (xml.some((name) => quality(name, ranges) > 0)) return 'xml';
  throw notAcceptable();
}

/** Whether a failure is told in XML: where the request was not understood, by what it accepts alone. */
export function wantsXml({ headers }: Pick<HttpRequest, 'headers'>, tables: FhirTables): boolean {
  try {
    return readsXml(tables.version) && acceptedFormat(headers.get('accept') ?? [], fhirVersionOf(tables)) === 'xml';
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

/**
 * Which other media types a client can read, where neither JSON nor XML will do: for the content of a Binary (binary.html#rest). Ranges in lower case;
 * undefined: one of FHIR's formats will do, or nothing at all.
 */
export function rawRanges(lines: readonly string[], fhirVersion: string): readonly string[] | undefined {
  const text = lines.join(',').trim();
  const ranges = text.split(',').flatMap((one) => parseRange(one, fhirVersion));
  if (text === '' || [...json, ...xml].some((name) => quality(name, ranges) > 0)) return undefined;
  const wanted = ranges.filter((range) => range.quality > 0).map(({ name }) => name);
  return wanted.length === 0 ? undefined : Object.freeze(wanted);
}

/** `_format`: a media type or its short name; a `+` that was not encoded has become a space. */
export function namedFormat(text: string): Representation['format'] {
  const name = parseMediaType(text.replaceAll(' ', '+').toLowerCase())?.name ?? text.toLowerCase();
  if (name === 'json' || json.includes(name)) return 'json';
  if (name === 'xml' || xml.includes(name)) return 'xml';
  throw notAcceptable();
}

/** A range that cannot be read, or asks for another FHIR release, is as if it were not there. */
function parseRange(text: string, fhirVersion: string): readonly Range[] {
  const type = parseMediaType(text);
  if (type === undefined || !sameRelease(type.parameters.get('fhirversion') ?? fhirVersion, fhirVersion)) return [];
  const weight = type.parameters.get('q') ?? '1';
  return [{ name: type.name, quality: /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(weight) ? Number(weight) : 0 }];
}

/** The most specific range that covers `name` decides. */
function quality(name: string, ranges: readonly Range[]): number {
  const main = name.slice(0, name.indexOf('/'));
  for (const covering of [name, `${main}/*`, '*/*']) {
    const found = ranges.filter((range) => range.name === covering);
    if (found.length > 0) return Math.max(...found.map((range) => range.quality));
  }
  return 0;
}

function notAcceptable(): Problem {
  return new Problem('not-acceptable', 'Answers are JSON or XML: accept application/fhir+json or application/fhir+xml.');
}
