/** TLS as BCP 195 (RFC 9325) wants it: 1.2 at least, forward secrecy and AEAD only, no renegotiation, no 0-RTT. */
import { constants } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ServerOptions } from 'node:https';
import type { TlsSettings } from './config.ts';

const SUITES = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_AES_128_GCM_SHA256',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

/** Node's options for `https`; files are read now, so that a wrong path stops the start. */
export function tlsOptions(settings: TlsSettings): ServerOptions {
  const clients = settings.clientCertificates;
  return {
    key: readFileSync(settings.key),
    cert: readFileSync(settings.certificate),
    minVersion: 'TLSv1.2',
    ciphers: SUITES,
    honorCipherOrder: true,
    // Node would let a client renegotiate three times in ten minutes (RFC 9325 §3.5).
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    ...(settings.clientCa === undefined ? {} : { ca: readFileSync(settings.clientCa) }),
    requestCert: clients !== 'none',
    rejectUnauthorized: clients === 'required',
  };
}
