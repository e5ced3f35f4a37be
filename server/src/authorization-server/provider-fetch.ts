/** What oidc-provider sends by itself (logout tokens to clients), by our own guarded way out. */
import type { FetchOutside } from '../token/fetch-outside.ts';

export function providerFetch(fetchOutside: FetchOutside): typeof fetch {
  return async (input, options) => {
    const form = options?.body === undefined || options.body === null ? undefined : new URLSearchParams(String(options.body));
    const url = input instanceof Request ? input.url : String(input);
    const { status, text } = await fetchOutside(url, form === undefined ? {} : { form });
    return new Response(status === 204 || status === 304 ? null : text, { status });
  };
}
