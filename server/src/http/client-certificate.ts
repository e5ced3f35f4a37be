/** The certificate that a client shows in the TLS handshake, as the socket knows it: never from a header. */
import { createHash, X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';

export interface ClientCertificate {
  /** SHA-256 of the DER, base64url (RFC 8705 §3.1 `x5t#S256`). */
  readonly thumbprint: string;
  /** One part a line: `C=…`, `O=…`, `CN=…`. */
  readonly subject: string;
  /** From an authority that this listener trusts (`http.tls.clientCa`), and in its time. */
  readonly trusted: boolean;
}

const known = new WeakMap<TLSSocket, ClientCertificate | undefined>();

/** Undefined when none was shown. Read once for each connection. */
export function clientCertificate(message: IncomingMessage): ClientCertificate | undefined {
  const { socket } = message;
  if (!(socket instanceof TLSSocket)) return undefined;
  if (known.has(socket)) return known.get(socket);
  const { raw } = socket.getPeerCertificate() as { readonly raw?: Buffer };
  const found =
    raw === undefined
      ? undefined
      : Object.freeze({
          thumbprint: createHash('sha256').update(raw).digest('base64url'),
          subject: new X509Certificate(raw).subject,
          trusted: socket.authorized,
        });
  known.set(socket, found);
  return found;
}
