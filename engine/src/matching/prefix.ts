/** FHIR R4 search.html#prefix. */
export type Prefix = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap';

export function prefixed(value: string): { readonly prefix: Prefix; readonly rest: string } {
  const found = /^(?:eq|ne|gt|lt|ge|le|sa|eb|ap)/.exec(value)?.[0] as Prefix | undefined;
  return found === undefined ? { prefix: 'eq', rest: value } : { prefix: found, rest: value.slice(2) };
}
