/** A browser without JavaScript: cookies, redirects, and the forms of a page. */
export interface Page {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface Form {
  readonly action: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
}

export interface Browser {
  readonly cookies: Map<string, { readonly value: string; readonly path: string; readonly attributes: string }>;
  /** Follows redirects as long as they stay on `origin`; the first that leaves it is the page's `url`. */
  open(url: string, init?: RequestInit): Promise<Page>;
  /** Sends a form of the page with what is ticked by default, some of it changed; a field set to undefined is left out. */
  submit(
    page: Page,
    formPart: string,
    change?: Readonly<Record<string, string | readonly string[] | undefined>>,
  ): Promise<Page>;
}

export function newBrowser(origin: string, send: typeof fetch = fetch): Browser {
  const cookies: Browser['cookies'] = new Map();
  const cookieHeader = (url: URL) =>
    [...cookies]
      .filter(([, { path }]) => url.pathname === path || url.pathname.startsWith(path.endsWith('/') ? path : `${path}/`))
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ');
  const keep = (response: Response) => {
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(/; */);
      const [name = '', value = ''] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      const path = /^path=(.*)$/i.exec(attributes.find((one) => /^path=/i.test(one)) ?? '')?.[1] ?? '/';
      if (value === '' || attributes.some((one) => /^expires=Thu, 01 Jan 1970/i.test(one))) cookies.delete(name);
      else cookies.set(name, { value, path, attributes: attributes.join('; ') });
    }
  };
  const browser: Browser = {
    cookies,
    async open(url, init = {}) {
      let at = new URL(url);
      let request: RequestInit = init;
      for (let hops = 0; hops < 15; hops++) {
        const cookie = cookieHeader(at);
        const headers = {
          accept: 'text/html',
          ...(request.headers as Record<string, string> | undefined),
          ...(cookie === '' ? {} : { cookie }),
        };
        const response = await send(at, { ...request, headers, redirect: 'manual' });
        keep(response);
        const location = response.headers.get('location');
        if (location === null || response.status < 300 || response.status > 399)
          return { url: at.href, status: response.status, headers: response.headers, text: await response.text() };
        await response.body?.cancel();
        at = new URL(location, at);
        if (at.origin !== origin) return { url: at.href, status: response.status, headers: response.headers, text: '' };
        request = {};
      }
      throw new Error('too many redirects');
    },
    submit(page, formPart, change = {}) {
      const form = formsOf(page).find(({ action }) => action.includes(formPart));
      if (form === undefined) throw new Error(`no form for ${formPart} at ${page.url}: ${page.text.slice(0, 2000)}`);
      const body = new URLSearchParams(form.fields.filter(([name]) => !(name in change)).map(([name, value]) => [name, value]));
      for (const [name, value] of Object.entries(change))
        for (const one of value === undefined ? [] : [value].flat()) body.append(name, one);
      return browser.open(new URL(form.action, page.url).href, { method: 'POST', body });
    },
  };
  return browser;
}

export function formsOf(page: Page): readonly Form[] {
  return [...page.text.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([, attributes = '', content = '']) => ({
    action: attribute(attributes, 'action') ?? '',
    fields: [...content.matchAll(/<input\b([^>]*)>/g)].flatMap(([, input = '']) => {
      const name = attribute(input, 'name');
      const kind = attribute(input, 'type') ?? 'text';
      const off = /\bdisabled\b/.test(input) || ((kind === 'checkbox' || kind === 'radio') && !/\bchecked\b/.test(input));
      return name === undefined || off ? [] : [[name, attribute(input, 'value') ?? 'on'] as const];
    }),
  }));
}

function attribute(markup: string, name: string): string | undefined {
  const raw = new RegExp(`\\b${name}="([^"]*)"`).exec(markup)?.[1];
  return raw
    ?.replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
