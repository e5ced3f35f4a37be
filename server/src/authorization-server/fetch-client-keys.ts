/**
 * Fetching a client's keys from the address that it registered (R-106, hardening A7 API7): HTTPS, no redirect, and never from an address inside our
 * own network (oidc-provider's dispatcher ends such a connection, whatever a name resolved to). It limits time and size as well.
 */
type Fetch = typeof fetch;

/** `acceptPrivate`: also from loopback and private addresses and by plain HTTP. For development, and for tests. */
export function fetchClientKeys(acceptPrivate: boolean, send: Fetch = fetch): Fetch {
  return async (input, options = {}) => {
    const url = input instanceof Request ? input.url : String(input);
    if (acceptPrivate) {
      const { dispatcher: _guard, ...unguarded } = options as RequestInit & { dispatcher?: unknown };
      return send(url, { ...unguarded, redirect: 'error' });
    }
    if (new URL(url).protocol !== 'https:') throw new Error('client keys are fetched by HTTPS only');
    return send(url, { ...options, redirect: 'error' });
  };
}
