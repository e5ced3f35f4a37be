/** As much of a browser as signing in needs: requests, cookies, redirects one at a time, and trust in the demo's own authority where there is one. */
import { Agent, type Dispatcher, fetch } from 'undici';
import { CliError } from '../cli-error.ts';
import { CookieJar } from './cookie-jar.ts';

export interface Page {
  readonly url: URL;
  readonly status: number;
  readonly text: string;
  /** Where it sends the reader; undefined when it is a page. */
  readonly location: URL | undefined;
}

export interface Browser {
  get(url: URL | string): Promise<Page>;
  post(url: URL | string, form: URLSearchParams, headers?: Readonly<Record<string, string>>): Promise<Page>;
  close(): Promise<void>;
}

/** `ca`: PEM; undefined trusts what the system trusts. */
export function openBrowser(ca: string | undefined): Browser {
  const dispatcher: Dispatcher = new Agent(ca === undefined ? {} : { connect: { ca } });
  const cookies = new CookieJar();
  async function send(
    method: 'GET' | 'POST',
    target: URL | string,
    body?: URLSearchParams,
    extra?: Readonly<Record<string, string>>,
  ): Promise<Page> {
    const url = new URL(target);
    const cookie = cookies.header(url);
    const headers = {
      Accept: 'application/json, text/html;q=0.9',
      ...(body === undefined ? {} : { 'Content-Type': 'application/x-www-form-urlencoded' }),
      // A form of a page names where it stands; a request with headers of its own (to the token endpoint) comes from no page.
      ...(body === undefined || extra !== undefined ? {} : { Origin: url.origin }),
      ...(cookie === undefined ? {} : { Cookie: cookie }),
      ...extra,
    };
    const answer = await fetch(url, {
      method,
      headers,
      redirect: 'manual',
      dispatcher,
      ...(body === undefined ? {} : { body: body.toString() }),
    }).catch((error: Error) => Promise.reject(unreachable(url, error)));
    cookies.keep(answer.headers.getSetCookie(), url);
    const location = answer.status >= 300 && answer.status < 400 ? answer.headers.get('location') : null;
    return {
      url,
      status: answer.status,
      text: await answer.text(),
      location: location === null ? undefined : new URL(location, url),
    };
  }
  return {
    get: (url) => send('GET', url),
    post: (url, form, headers) => send('POST', url, form, headers),
    close: () => dispatcher.close(),
  };
}

function unreachable(url: URL, error: Error): CliError {
  const cause = error.cause as { code?: string; message?: string } | undefined;
  return new CliError(
    `${url.origin} does not answer (${cause?.code ?? cause?.message ?? error.message}). Is Fireguard running there?`,
  );
}
