/**
 * The listeners: sockets, TLS, limits, host names, and the shape in which a request arrives and an answer leaves. This folder knows HTTP and
 * nothing of FHIR rules or OAuth. It must not interpret a target (that is `understand`'s alone), must not add a header that names what runs
 * behind it, and must not answer anything that a part did not give it.
 */
import type { ClientCertificate } from './client-certificate.ts';

export interface Incoming {
  readonly method: string;
  /** The request target exactly as it came on the wire; never decoded, never normalised. */
  readonly target: string;
  /** Lower-case names, one entry per header line. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** Remote address of the socket. */
  readonly address: string;
  /** The certificate that the client showed, if any; read when it is first asked for. */
  readonly certificate?: (() => ClientCertificate | undefined) | undefined;
  /**
   * The body, read when it is first asked for, so that a caller who may not speak cannot make us hold ten megabytes.
   * Throws Problem('body-too-large') beyond the limit.
   */
  body(): Promise<Uint8Array>;
}

/** An answer, ready to be written. Header order is the order on the wire. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** An answer whose body is made while it is written; a failure on the way breaks the connection, so that it cannot be taken for the whole. */
export interface StreamedResponse extends Omit<HttpResponse, 'body'> {
  readonly stream: AsyncIterable<Uint8Array>;
}
