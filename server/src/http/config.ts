/** The listeners' section of the configuration. */
import { z } from 'zod';

const tls = z
  .strictObject({
    key: z.string().describe('Path of the private key (PEM).'),
    certificate: z.string().describe('Path of the certificate and its chain (PEM).'),
    clientCertificates: z
      .enum(['none', 'optional', 'required'])
      .default('none')
      .describe('Whether clients must show a certificate.'),
    clientCa: z.string().optional().describe('Path of the authorities that client certificates must come from (PEM).'),
  })
  .refine((value) => value.clientCertificates === 'none' || value.clientCa !== undefined, {
    message: 'clientCertificates needs clientCa: without it, whose certificates would be trusted?',
    path: ['clientCa'],
  });

export type TlsSettings = z.infer<typeof tls>;

const place = (host: string, port: number, what: string) =>
  z.strictObject({
    host: z.string().default(host).describe(`Address to listen on for ${what}.`),
    port: z.int().min(0).max(65535).default(port).describe('0 takes any free port.'),
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('URL that clients use, when it is not the address listened on. No slash at the end.'),
  });

export const httpSection = z
  .strictObject({
    pages: place('localhost', 8080, 'the authorization server, the console and the admin API').prefault({}),
    api: place('127.0.0.1', 8081, 'the FHIR API').prefault({}),
    decisionPoint: place('127.0.0.1', 8082, 'the decision point')
      .optional()
      .describe('An address of its own for the decision point. Default: that of the pages.'),
    auditRepository: place('127.0.0.1', 8083, 'AuditEvents')
      .omit({ url: true })
      .optional()
      .describe(
        'An address of its own for AuditEvents, which serves nothing else of the FHIR API; its URL is that of the API, whose proxy sends it AuditEvent. Default: none.',
      ),
    tls: tls.optional().describe('Serve HTTPS on both listeners.'),
    maxHeaderBytes: z.int().min(4096).max(131072).default(32768).describe('Longest request line and headers together.'),
    maxBodyBytes: z.int().min(1024).max(1_000_000_000).default(10_000_000).describe('Longest request body.'),
    headersTimeoutMs: z.int().min(1000).default(15_000).describe('How long a client may take to send its headers.'),
    requestTimeoutMs: z.int().min(1000).default(60_000).describe('How long a client may take to send its whole request.'),
    maxConcurrent: z.int().min(1).default(2000).describe('FHIR requests in work at the same time; more are answered 429.'),
    drainMs: z.int().min(0).default(10_000).describe('How long requests in work may take to finish at shutdown.'),
    acceptPlainHttpBehindTlsProxy: z
      .boolean()
      .default(false)
      .describe('WEAKENING. Listen on plain HTTP beyond loopback, because a proxy in front ends TLS.'),
  })
  .prefault({});

export type HttpSettings = z.infer<typeof httpSection>;
