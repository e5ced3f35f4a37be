/**
 * How one value of a search parameter meets one value of a resource, a file for each type of parameter (FHIR R4 search §3.1.1.4). Pure
 * functions from the text of a request to a test; malformed text is refused, and nothing here knows resources, stores or callers.
 * This file: §3.1.1.4.5, the prefixes.
 */
import { Refusal } from '../answer.ts';

export type Prefix = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap';

export function prefixed(value: string): { readonly prefix: Prefix; readonly rest: string } {
  const match = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)(?=[-+.\d])/.exec(value);
  if (match === null && /^[a-z]/i.test(value)) throw new Refusal(400, 'value', `unknown prefix in "${value}"`);
  return match === null ? { prefix: 'eq', rest: value } : { prefix: match[1] as Prefix, rest: value.slice(2) };
}
