/**
 * The console's files, read into memory and served at `/console/`. INVARIANT: scripts come from here and nowhere else, and nothing inline runs
 * (CSP); the one inline style sheet, Mantine's, needs the nonce of its own answer. What is asked for is looked up in the list of what was read: no
 * request can name a file.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';

export interface ConsoleSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** What its tokens are asked for. */
  readonly audience: string;
  readonly scope: string;
}

interface File {
  readonly bytes: Buffer;
  readonly type: string;
}

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Where the build put them: beside the built server in the package, in the console's own folder in a checkout. */
function findConsole(): string | undefined {
  const places = ['../console', '../../../console/dist'].map((place) => path.resolve(import.meta.dirname, place));
  return places.find((place) => existsSync(path.join(place, 'index.html')));
}

export function mountConsole(app: FastifyInstance, settings: ConsoleSettings): void {
  const built = readerOf(settings);
  app.get('/console', (_request, reply) => reply.headers(shared).redirect('/console/', 308));
  app.get('/console/', (_request, reply) => {
    const found = built();
    if (found === undefined) {
      const text = 'The console is not built. In a checkout, npm run build makes it; meanwhile: fireguard audit list\n';
      return reply
        .code(503)
        .headers({ ...shared, 'Cache-Control': 'no-store' })
        .type('text/plain; charset=utf-8')
        .send(text);
    }
    const nonce = randomBytes(16).toString('base64');
    return reply
      .headers({
        ...shared,
        'Content-Security-Policy': policy(nonce),
        'Cache-Control': 'no-store',
        'Cross-Origin-Opener-Policy': 'same-origin',
      })
      .type('text/html; charset=utf-8')
      .send(found.page.replace('__STYLE_NONCE__', nonce));
  });
  app.get<{ Params: { name: string } }>('/console/assets/:name', (request, reply) => {
    const file = built()?.files.get(request.params.name);
    if (file === undefined) return reply.code(404).headers(shared).type('text/plain; charset=utf-8').send('Not found.\n');
    // The name holds a hash of the content.
    return reply
      .headers({ ...shared, 'Cache-Control': 'public, max-age=31536000, immutable' })
      .type(file.type)
      .send(file.bytes);
  });
}

interface Built {
  readonly page: string;
  readonly files: ReadonlyMap<string, File>;
}

/** Reads them when they are first asked for, and again when they were built again (in a checkout, beside a running server). */
function readerOf(settings: ConsoleSettings): () => Built | undefined {
  let kept: { readonly built: Built; readonly time: number } | undefined;
  return () => {
    const folder = findConsole();
    if (folder === undefined) return undefined;
    const index = path.join(folder, 'index.html');
    const time = statSync(index).mtimeMs;
    if (kept?.time !== time) {
      const page = readFileSync(index, 'utf8').replace('__FIREGUARD_CONSOLE__', attribute(JSON.stringify(settings)));
      kept = { time, built: { page, files: readFiles(path.join(folder, 'assets')) } };
    }
    return kept.built;
  };
}

function readFiles(folder: string): ReadonlyMap<string, File> {
  const files = new Map<string, File>();
  for (const name of readdirSync(folder)) {
    const type = types[path.extname(name)];
    if (type !== undefined) files.set(name, { bytes: readFileSync(path.join(folder, name)), type });
  }
  return files;
}

const shared = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
};

/** `style-src-attr`: Mantine sets sizes and colours as style attributes. */
function policy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types default',
  ].join('; ');
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
