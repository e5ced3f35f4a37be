/** The listener of the simulated EHR, on 127.0.0.1 alone. INVARIANT: forms are taken from its own pages only, under its own name, and pages run no script. */
import { createServer as createPlain, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { type Answer, EhrProblem } from './answer.ts';
import { type SmartApp, SmartAppPages } from './app.ts';
import { type Desk, deskPage, openApp } from './desk.ts';
import { openDoors } from './fireguard-doors.ts';
import { html, page, STYLE } from './html.ts';

export interface EhrSetup {
  /** `http(s)://127.0.0.1:<port>`, no trailing slash. */
  readonly origin: string;
  /** PEM. */
  readonly tls: { readonly key: string; readonly cert: string; readonly ca: string } | undefined;
  readonly desk: Desk;
  readonly app: SmartApp;
}

const MOST_BYTES = 16_384;

const HEADERS = {
  'cache-control': 'no-store',
  // A form's target also covers where its answer redirects, and the app to open may be anywhere.
  'content-security-policy':
    "default-src 'none'; style-src 'self'; form-action 'self' http: https:; frame-ancestors 'none'; base-uri 'none'",
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
};

/** Resolves once it listens; `close` ends open connections. */
export async function startEhr({ origin, tls, desk, app }: EhrSetup): Promise<{ close(): Promise<void> }> {
  const doors = openDoors(app.fhir, tls?.ca);
  const pages = new SmartAppPages(app, doors);

  async function route(request: IncomingMessage, url: URL): Promise<Answer | undefined> {
    switch (`${request.method} ${url.pathname}`) {
      case 'GET /':
        return { kind: 'page', page: deskPage(desk) };
      case 'POST /launch':
        if (request.headers.origin !== origin) throw new EhrProblem(400, 'This form came from another place.');
        return openApp(desk, doors, new URLSearchParams(await bodyOf(request)));
      case 'GET /app':
        return pages.open(url.searchParams);
      case 'GET /app/callback':
        return pages.callback(url.searchParams, request.headers.cookie ?? '');
      default:
        return undefined;
    }
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = URL.parse(request.url ?? '', origin);
    // A name of somebody else's that leads here (DNS rebinding) is not this EHR.
    if (url === null || url.origin !== origin || request.headers.host !== new URL(origin).host)
      return send(response, 421, 'text/plain', 'This is not the EHR that you look for.\n');
    if (request.method === 'GET' && url.pathname === '/style.css') return send(response, 200, 'text/css', STYLE);
    const found = await route(request, url);
    if (found === undefined) return sendProblem(response, 404, 'There is nothing here.');
    if (found.kind === 'page') return send(response, 200, 'text/html', found.page.toString());
    response
      .writeHead(303, {
        ...HEADERS,
        location: found.to.href,
        ...(found.cookie === undefined ? {} : { 'set-cookie': found.cookie }),
      })
      .end();
  }

  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response).catch((error: unknown) =>
      error instanceof EhrProblem
        ? sendProblem(response, error.status, error.message)
        : sendProblem(response, 502, 'Fireguard did not answer as expected.'),
    );
  };
  const server = tls === undefined ? createPlain(listener) : createSecure({ key: tls.key, cert: tls.cert }, listener);
  const { port, protocol } = new URL(origin);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: Number(port || (protocol === 'https:' ? 443 : 80)) }, resolve);
  });
  return {
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await doors.close();
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MOST_BYTES) throw new EhrProblem(400, 'This form is too long.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  if (!response.headersSent) response.writeHead(status, { ...HEADERS, 'content-type': `${type}; charset=utf-8` }).end(text);
}

function sendProblem(response: ServerResponse, status: number, message: string): void {
  const content = html`<p>${message}</p>\n<p><a href="/">Back to the EHR</a></p>`;
  send(response, status, 'text/html', page('That did not work', content).toString());
}
