/** A plain FHIR client over fetch: text and JSON of the answer side by side. Holds no assertions. */
import { authorization } from './fhir-server-process.ts';

export type Json = { readonly [name: string]: unknown };
// biome-ignore lint/suspicious/noExplicitAny: tests read answers of any shape
type Anything = any;

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Anything;
}

export function client(base: string) {
  return async (method: string, path: string, body?: string, headers: Record<string, string> = {}): Promise<Reply> => {
    const url = path.startsWith('http') ? path : `${base}${path === '' || path.startsWith('?') ? '' : '/'}${path}`;
    const type = body === undefined ? {} : { 'content-type': 'application/fhir+json' };
    const response = await fetch(url, {
      method,
      headers: { authorization, ...type, ...headers },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      json = undefined;
    }
    return { status: response.status, headers: response.headers, text, json };
  };
}

/** `Type/id` of the entries, in order. */
export const keys = (reply: Reply, mode?: 'match' | 'include'): readonly string[] =>
  ((reply.json.entry ?? []) as Anything[])
    .filter((entry) => mode === undefined || entry.search?.mode === mode)
    .map((entry) => `${entry.resource.resourceType}/${entry.resource.id}`);
