/** Preconditions and preferences in headers (RFC 9110 §13.1, RFC 7240; FHIR R4 http.html#concurrency, #cond-update, #ops). */
import { isId } from '../fhir/id.ts';
import { Problem } from '../problem.ts';
import type { Conditions, HttpRequest, PreferReturn } from './request.ts';

const httpDate =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/;

/** `ifNoneExist` is the raw header here; whoever reads the create replaces it by what was understood. */
export function parseConditions(request: HttpRequest): { readonly conditions: Conditions; readonly lenient: boolean } {
  const { prefer, lenient, respondAsync } = preferences(request.headers.get('prefer') ?? []);
  const since = single(request, 'if-modified-since');
  const noneMatch = single(request, 'if-none-match');
  const conditions: Conditions = Object.freeze({
    ifMatch: versionOf(single(request, 'if-match')),
    ifNoneMatch: noneMatch === '*' ? '*' : versionOf(noneMatch),
    // RFC 9110 §13.1.3: a date that is not valid is ignored.
    ifModifiedSince: since !== undefined && httpDate.test(since) ? since : undefined,
    ifNoneExist: single(request, 'if-none-exist'),
    prefer,
    provenance: single(request, 'x-provenance'),
    ...(respondAsync ? { respondAsync } : {}),
    dropped: Object.freeze([]),
  });
  return { conditions, lenient };
}

function single(request: HttpRequest, header: string): string | undefined {
  const lines = request.headers.get(header) ?? [];
  if (lines.length > 1) throw new Problem('parameter-invalid', `The header ${header} may be given only once.`);
  return lines[0]?.trim();
}

/** `W/"3"` or `"3"`: one entity tag that holds a version id. Lists are refused. */
function versionOf(tag: string | undefined): string | undefined {
  if (tag === undefined) return undefined;
  const version = /^(?:W\/)?"([^"]{1,64})"$/.exec(tag)?.[1];
  if (version === undefined || !isId(version))
    throw new Problem('parameter-invalid', 'The entity tag is not one that this server gives.');
  return version;
}

/** Preferences may be ignored by their nature; of a repeated one the first counts (RFC 7240 §2). */
function preferences(lines: readonly string[]): Preferences {
  if (lines.length === 0) return noPreferences;
  let prefer: PreferReturn | undefined;
  let lenient: boolean | undefined;
  let respondAsync: true | undefined;
  for (const preference of lines.join(',').split(/[,;]/)) {
    const [name = '', value = ''] = preference.split('=').map((part) => part.trim());
    if (name.toLowerCase() === 'return') prefer ??= returnOf(value);
    if (name.toLowerCase() === 'handling') lenient ??= value === 'lenient';
    if (name.toLowerCase() === 'respond-async') respondAsync = true;
  }
  return { prefer, lenient: lenient ?? false, respondAsync };
}

interface Preferences {
  readonly prefer: PreferReturn | undefined;
  readonly lenient: boolean;
  readonly respondAsync: true | undefined;
}

const noPreferences: Preferences = Object.freeze({ prefer: undefined, lenient: false, respondAsync: undefined });

function returnOf(value: string): PreferReturn | undefined {
  return value === 'minimal' || value === 'representation' || value === 'OperationOutcome' ? value : undefined;
}
