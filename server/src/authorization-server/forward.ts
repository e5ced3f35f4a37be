/**
 * Hands a request to oidc-provider. INVARIANT: addresses in answers come from configuration and the caller's address from the socket, never from
 * what a client wrote into Host or X-Forwarded-*: those headers are written over here.
 */
import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type Provider from 'oidc-provider';
import type { LiveProvider } from './live-provider.ts';

export type Forward = (request: FastifyRequest, reply: FastifyReply, message?: IncomingMessage) => Promise<void>;

export function createForward(provider: LiveProvider, issuer: string): Forward {
  const { host, protocol } = new URL(issuer);
  const callbacks = new WeakMap<Provider, ReturnType<Provider['callback']>>();
  return async (request, reply, message = request.raw) => {
    own(message, host, protocol, request.ip);
    const current = await provider.fresh();
    const callback = callbacks.get(current) ?? current.callback();
    callbacks.set(current, callback);
    reply.hijack();
    await callback(message, reply.raw);
  };
}

/** Also for the login steps, whose cookies the provider reads from the message. */
export function own(message: IncomingMessage, host: string, protocol: string, address: string): void {
  message.headers.host = host;
  message.headers['x-forwarded-host'] = host;
  message.headers['x-forwarded-proto'] = protocol.replace(':', '');
  message.headers['x-forwarded-for'] = address;
}
