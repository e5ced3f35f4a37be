/** RFC 8705: the certificate that a client shows in the TLS handshake, as the socket knows it; never a header. */
import { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';

export function certificateOf(message: IncomingMessage): X509Certificate | undefined {
  const { socket } = message;
  if (!(socket instanceof TLSSocket)) return undefined;
  const { raw } = socket.getPeerCertificate() as { readonly raw?: Buffer };
  return raw === undefined ? undefined : new X509Certificate(raw);
}

/** Whether it comes from an authority that the listener trusts (`http.tls.clientCa`), and is in its time. */
export function isTrusted(message: IncomingMessage): boolean {
  return message.socket instanceof TLSSocket && message.socket.authorized;
}
