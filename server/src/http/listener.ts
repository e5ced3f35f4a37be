/** One Fastify listener with our limits. What it serves is mounted by the caller; it answers nothing by itself. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { HttpSettings } from './config.ts';
import { strictTransport } from './security-headers.ts';
import { tlsOptions } from './tls.ts';

/** Handles a raw request; `target` is what came on the wire. */
export type RawHandler = (message: IncomingMessage, response: ServerResponse, target: string) => void;

/**
 * A listener with Fastify's routes, for pages and OAuth. What no part answers gets fixed words: Fastify's own would quote the URL and show
 * what runs here.
 */
export function pagesListener(settings: HttpSettings): FastifyInstance {
  const app = fastify({
    ...limits(settings),
    frameworkErrors: (_error, _request, reply) => void plain(reply, 400, 'request-not-understood'),
  });
  if (settings.tls !== undefined) {
    // On the raw answer, so that what is written past Fastify (the OAuth endpoints) carries it too.
    app.addHook('onRequest', async (_request, reply) => void reply.raw.setHeader(...strictTransport));
  }
  app.setNotFoundHandler((_request, reply) => plain(reply, 404, 'not-found'));
  app.setErrorHandler((error: { statusCode?: number }, _request, reply) => {
    const status = error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500 ? error.statusCode : 500;
    return plain(reply, status, status === 500 ? 'server-error' : 'request-not-understood');
  });
  return app;
}

function plain(reply: FastifyReply, status: number, error: string): FastifyReply {
  const headers = {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    'Referrer-Policy': 'no-referrer',
  };
  return reply.code(status).headers(headers).send(JSON.stringify({ error }));
}

/**
 * A listener with one door and no routes: the router is shown `/` for every request, so that it never decodes, matches or refuses what a
 * client sent; any method that the parser knows reaches the handler (an unknown one gets our 405, not a framework's 404).
 */
export function rawListener(settings: HttpSettings, handler: RawHandler): FastifyInstance {
  const app = fastify({ ...limits(settings), rewriteUrl: () => '/' });
  app.addHook('onRequest', (request, reply, _done) => {
    reply.hijack();
    const message = request.raw as IncomingMessage & { originalUrl?: string };
    handler(message, reply.raw, message.originalUrl ?? '');
  });
  return app;
}

function limits(settings: HttpSettings) {
  const http = {
    maxHeaderSize: settings.maxHeaderBytes,
    headersTimeout: settings.headersTimeoutMs,
    // Node looks for connections that take too long every 30 s by itself: longer than our limits.
    connectionsCheckingInterval: Math.min(5_000, settings.headersTimeoutMs),
    requireHostHeader: true,
  };
  const shared = {
    logger: false,
    bodyLimit: settings.maxBodyBytes,
    requestTimeout: settings.requestTimeoutMs,
    forceCloseConnections: 'idle' as const,
    return503OnClosing: false,
    trustProxy: false,
    clientErrorHandler: refuseUnreadable,
    onProtoPoisoning: 'error' as const,
  };
  return settings.tls === undefined ? { ...shared, http } : { ...shared, https: { ...http, ...tlsOptions(settings.tls) } };
}

/** What could not even be read as HTTP: a bare status, no words. */
function refuseUnreadable(error: Error & { code?: string }, socket: Socket): void {
  // A broken TLS session carries no answer, and would keep the socket while it waited for one to leave.
  const broken = error.code === 'ECONNRESET' || error.code?.startsWith('ERR_SSL_') === true;
  if (broken || !socket.writable) return void socket.destroy();
  const status =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? '431 Request Header Fields Too Large'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? '408 Request Timeout'
        : '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}
