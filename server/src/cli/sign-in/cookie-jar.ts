/** Cookies of one host, as far as RFC 6265 §5 matters here: name and path make a cookie, an expired one is forgotten. */
interface Cookie {
  readonly name: string;
  readonly path: string;
  readonly value: string;
}

export class CookieJar {
  readonly #cookies = new Map<string, Cookie>();

  /** `lines`: Set-Cookie lines of an answer to `url`. */
  keep(lines: readonly string[], url: URL): void {
    for (const line of lines) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
      const name = pair.slice(0, pair.indexOf('='));
      const given = new Map(attributes.map((part) => [part.split('=')[0]!.toLowerCase(), part.slice(part.indexOf('=') + 1)]));
      const path =
        given.get('path')?.startsWith('/') === true ? given.get('path')! : url.pathname.replace(/\/[^/]*$/, '') || '/';
      const ended = given.get('max-age') === '0' || Date.parse(given.get('expires') ?? '') < Date.now();
      if (ended) this.#cookies.delete(`${name} ${path}`);
      else this.#cookies.set(`${name} ${path}`, { name, path, value: pair.slice(pair.indexOf('=') + 1) });
    }
  }

  /** The Cookie header for `url`; undefined for none. */
  header(url: URL): string | undefined {
    const fitting = [...this.#cookies.values()].filter(
      ({ path }) => url.pathname === path || url.pathname.startsWith(path.endsWith('/') ? path : `${path}/`),
    );
    return fitting.length === 0 ? undefined : fitting.map(({ name, value }) => `${name}=${value}`).join('; ');
  }
}
