/** One request to the upstream and its answer, checked: status, media type, size, time. Whatever is odd becomes a Problem without its words. */
import { Problem, type UpstreamAnswer } from '@fireguard/engine';
import type { Dispatcher, Pool } from 'undici';

export interface Exchange {
  readonly pool: Pool;
  readonly authorization: string | undefined;
  readonly maxBytes: number;
  /** Milliseconds in which the whole body must arrive once the headers did. */
  readonly bodyMs: number;
}

export interface Asked {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Absolute path on the upstream's origin. */
  readonly path: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array | undefined;
  readonly writes: boolean;
}

/** The only headers of the upstream that the engine may read; the rest does not exist for us. */
const READ = ['content-type', 'etag', 'last-modified', 'location', 'content-location'] as const;
const NOTHING = new Uint8Array(0);

export async function exchange(way: Exchange, asked: Asked): Promise<UpstreamAnswer> {
  let answer: Dispatcher.ResponseData;
  try {
    answer = await request(way, asked);
  } catch (cause) {
    // A kept connection may have been closed under us before anything was read: a read can be asked again, a write never.
    if (asked.writes || !wasStale(cause)) throw problemOf(cause);
    try {
      answer = await request(way, asked);
    } catch (again) {
      throw problemOf(again);
    }
  }
  const headers = new Map<string, string>();
  for (const name of READ) {
    const value = answer.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  const body = await wholeBody(way, answer);
  return Object.freeze<UpstreamAnswer>({ kind: 'upstream', status: checked(answer.statusCode, headers, body), headers, body });
}

function request(way: Exchange, asked: Asked): Promise<Dispatcher.ResponseData> {
  const headers: Record<string, string> = Object.create(null);
  for (const [name, value] of asked.headers) headers[name] = value;
  if (way.authorization !== undefined) headers['authorization'] = way.authorization;
  return way.pool.request({
    method: asked.method,
    path: asked.path,
    headers,
    body: asked.body === undefined ? null : asked.body,
  });
}

async function wholeBody(way: Exchange, answer: Dispatcher.ResponseData): Promise<Uint8Array> {
  const announced = Number(answer.headers['content-length'] ?? 0);
  const chunks: Buffer[] = [];
  let size = 0;
  const deadline = performance.now() + way.bodyMs;
  try {
    if (announced > way.maxBytes) throw tooLong();
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > way.maxBytes) throw tooLong();
      if (performance.now() > deadline) throw new Problem('upstream-timeout', 'The FHIR server did not answer in time.');
      chunks.push(chunk);
    }
  } catch (cause) {
    answer.body.on('error', () => {}).destroy();
    throw problemOf(cause);
  }
  return size === 0 ? NOTHING : chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size);
}

/** What may reach the engine: an answer in JSON or without a body. Redirects are not followed, pages of some proxy are not FHIR. */
function checked(status: number, headers: ReadonlyMap<string, string>, body: Uint8Array): number {
  if (status === 401) throw unavailable('the upstream refused our credential');
  if (status >= 300 && status < 400 && status !== 304) throw odd(`a redirect (${status})`);
  if (body.length > 0 && !isJson(headers.get('content-type'))) {
    if (status >= 500) throw unavailable(`status ${status}, not JSON`);
    throw odd(`status ${status}, a body that is not JSON`);
  }
  return status;
}

function isJson(type: string | undefined): boolean {
  if (type === undefined) return false;
  const [media, ...parameters] = type.toLowerCase().split(';');
  const plain = media!.trim();
  if (plain !== 'application/fhir+json' && plain !== 'application/json' && plain !== 'application/json+fhir') return false;
  return parameters.every(
    (parameter) => !/^\s*charset\s*=/.test(parameter) || /^\s*charset\s*=\s*"?utf-8"?\s*$/.test(parameter),
  );
}

const TIMEOUTS = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

function problemOf(cause: unknown): Problem {
  if (cause instanceof Problem) return cause;
  const code = codeOf(cause);
  if (code !== undefined && TIMEOUTS.has(code))
    return new Problem('upstream-timeout', 'The FHIR server did not answer in time.', { detail: code, cause });
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return tooLong();
  return unavailable(code ?? 'no connection', cause);
}

function wasStale(cause: unknown): boolean {
  const code = codeOf(cause);
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE';
}

function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
}

function unavailable(detail: string, cause?: unknown): Problem {
  return new Problem('upstream-unavailable', 'The FHIR server cannot be reached.', { detail, cause });
}

function odd(detail: string): Problem {
  return new Problem('upstream-odd', 'The FHIR server answered in a way that cannot be trusted.', { detail });
}

function tooLong(): Problem {
  return odd('an answer beyond the size limit');
}
