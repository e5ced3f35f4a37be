/** One request to the upstream and its answer, checked: status, media type, size, time. Whatever is odd becomes a Problem without its words. */
import { Problem, type UpstreamAnswer } from '@fireguard/engine';
import type { Pool } from 'undici';

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

export function exchange(way: Exchange, asked: Asked): Promise<UpstreamAnswer> {
  return once(way, asked).catch((cause: unknown) => {
    // A kept connection may have been closed under us before anything was read: a read can be asked again, a write never.
    if (asked.writes || !wasStale(cause)) throw problemOf(cause);
    return once(way, asked).catch((again: unknown) => {
      throw problemOf(again);
    });
  });
}

/** By `dispatch`, undici's lowest door: no stream is built for an answer that we need whole anyway. */
function once(way: Exchange, asked: Asked): Promise<UpstreamAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const kept = new Map<string, string>();
    let status = 0;
    let size = 0;
    let deadline = Number.POSITIVE_INFINITY;
    way.pool.dispatch(
      { method: asked.method, path: asked.path, headers: headersOf(way, asked), body: asked.body ?? null },
      {
        onRequestStart() {},
        onResponseStart(controller, code, headers) {
          if (code < 200) return;
          status = code;
          deadline = performance.now() + way.bodyMs;
          for (const name of READ) {
            const value = headers[name];
            if (typeof value === 'string') kept.set(name, value);
          }
          if (Number(headers['content-length'] ?? 0) > way.maxBytes) controller.abort(tooLong());
        },
        onResponseData(controller, chunk) {
          size += chunk.length;
          if (size > way.maxBytes) controller.abort(tooLong());
          else if (performance.now() > deadline) controller.abort(tooLate('a body that trickles'));
          else chunks.push(chunk);
        },
        onResponseEnd() {
          const body = size === 0 ? NOTHING : chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size);
          try {
            resolve(answerOf(status, kept, body));
          } catch (problem) {
            reject(problem);
          }
        },
        onResponseError(_controller, error) {
          reject(error);
        },
      },
    );
  });
}

/** Names and values in turn. What the engine planned has neither of ours. */
function headersOf(way: Exchange, asked: Asked): string[] {
  // RFC 9111 §5.2.1.4. Some servers answer a search by what the same search found a minute ago (HAPI): a withdrawn consent would go on holding.
  const headers = ['cache-control', 'no-cache'];
  if (way.authorization !== undefined) headers.push('authorization', way.authorization);
  for (const [name, value] of asked.headers) headers.push(name, value);
  return headers;
}

/** As it may be handed to the engine. Throws Problem upstream-odd or upstream-unavailable. Header names in lower case. */
export function checkedAnswer(status: number, headers: ReadonlyMap<string, string>, body: Uint8Array): UpstreamAnswer {
  return answerOf(status, new Map(READ.flatMap((name) => (headers.has(name) ? [[name, headers.get(name)!]] : []))), body);
}

function answerOf(status: number, kept: ReadonlyMap<string, string>, body: Uint8Array): UpstreamAnswer {
  return Object.freeze({ kind: 'upstream', status: checked(status, kept, body), headers: kept, body });
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

/** One of the three names, and of its parameters no charset but UTF-8. */
const JSON_TYPE =
  /^\s*application\/(?:fhir\+json|json|json\+fhir)\s*(?:;(?:\s*charset\s*=\s*"?utf-8"?\s*(?=;|$)|(?!\s*charset\s*=)[^;]*))*$/i;

function isJson(type: string | undefined): boolean {
  return type !== undefined && JSON_TYPE.test(type);
}

const TIMEOUTS = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

function problemOf(cause: unknown): Problem {
  if (cause instanceof Problem) return cause;
  const code = codeOf(cause);
  if (code !== undefined && TIMEOUTS.has(code)) return tooLate(code, cause);
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

function tooLate(detail: string, cause?: unknown): Problem {
  return new Problem('upstream-timeout', 'The FHIR server did not answer in time.', { detail, cause });
}

function odd(detail: string): Problem {
  return new Problem('upstream-odd', 'The FHIR server answered in a way that cannot be trusted.', { detail });
}

function tooLong(): Problem {
  return odd('an answer beyond the size limit');
}
