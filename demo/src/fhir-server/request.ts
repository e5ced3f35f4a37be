// A request as the server's parts see it, from the network or from an entry of a batch.

export interface ServerRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Decoded path segments below the base. */
  readonly path: readonly string[];
  /** Decoded parameters in order: of the URL, and of the form for POST `_search`. */
  readonly parameters: readonly Parameter[];
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array | undefined;
}

export type Parameter = readonly [name: string, value: string];

/** Query or form text to parameters; `+` is a space, as in a form. Throws URIError on broken percent-encoding. */
export function parameters(text: string): readonly Parameter[] {
  if (text === '') return [];
  const decode = (part: string) => decodeURIComponent(part.replaceAll('+', ' '));
  return text.split('&').flatMap((pair): Parameter[] => {
    if (pair === '') return [];
    const at = pair.indexOf('=');
    return [at < 0 ? [decode(pair), ''] : [decode(pair.slice(0, at)), decode(pair.slice(at + 1))]];
  });
}

export const queryText = (list: readonly Parameter[]): string =>
  list.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
