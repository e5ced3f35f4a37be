/** Media types (RFC 9110 §8.3.1) of what comes in. */
import { Problem } from '../problem.ts';
import type { HttpRequest } from './request.ts';

export interface MediaType {
  /** Lower case, without parameters: `application/fhir+json`. */
  readonly name: string;
  /** Lower-case names; values unquoted. */
  readonly parameters: ReadonlyMap<string, string>;
}

const token = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

/** Undefined when it is not one media type or media range. */
export function parseMediaType(text: string): MediaType | undefined {
  const [essence = '', ...rest] = text.split(';').map((part) => part.trim());
  const [main = '', sub = '', more] = essence.split('/');
  if (!token.test(main) || !token.test(sub) || more !== undefined) return undefined;
  const parameters = new Map<string, string>();
  for (const part of rest) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = part.slice(0, Math.max(equals, 0)).trim().toLowerCase();
    const value = part
      .slice(equals + 1)
      .trim()
      .replace(/^"([^"\\]*)"$/, '$1');
    if (!token.test(name) || !token.test(value) || parameters.has(name)) return undefined;
    parameters.set(name, value);
  }
  return { name: essence.toLowerCase(), parameters };
}

/** What the body is said to be. Throws Problem unless it is one plain type in UTF-8, not compressed, of the FHIR release `fhirVersion`. */
export function contentType(request: HttpRequest, fhirVersion: string): string {
  const lines = request.headers.get('content-type') ?? [];
  const encoding = request.headers.get('content-encoding') ?? [];
  const type = lines.length === 1 ? parseMediaType(lines[0] ?? '') : undefined;
  if (type === undefined || encoding.some((one) => one.trim().toLowerCase() !== 'identity')) throw notSupported();
  const charset = type.parameters.get('charset')?.toLowerCase() ?? 'utf-8';
  const release = type.parameters.get('fhirversion') ?? fhirVersion;
  if ((charset !== 'utf-8' && charset !== 'utf8') || !sameRelease(release, fhirVersion)) throw notSupported();
  return type.name;
}

/** `4.0` and `4.0.1` are one release. */
export function sameRelease(asked: string, ours: string): boolean {
  return asked === ours || asked.startsWith(`${ours}.`);
}

export function notSupported(): Problem {
  return new Problem(
    'media-type-not-supported',
    'The body must be JSON or XML in UTF-8: send it as application/fhir+json or application/fhir+xml.',
  );
}
