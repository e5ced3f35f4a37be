/** TLS as the public suites ask (x.0 and every "endpoint secured by TLS" test): BCP 195, version by version, from outside. */
import { createServer, connect as plainConnect } from 'node:net';
import { connect, createServer as createTlsServer, type SecureVersion } from 'node:tls';
import { answering } from '../../mutants/spoil-answers.ts';
import { equal, hold, type Row } from '../row.ts';
import type { Site } from '../site.ts';

/** The version that was agreed on, or undefined when the server refused. */
function handshake(
  site: Site,
  url: string,
  version: SecureVersion,
  ciphers = 'DEFAULT@SECLEVEL=0',
): Promise<string | undefined> {
  const { hostname: host, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: Number(port),
      ca: site.subject.ca,
      minVersion: version,
      maxVersion: version,
      // OpenSSL itself would refuse to offer the old versions.
      ciphers,
      ...(host === 'localhost' ? { servername: host } : {}),
    });
    const end = (agreed: string | undefined) => {
      socket.destroy();
      resolve(agreed);
    };
    socket.once('secureConnect', () => end(socket.getProtocol() ?? undefined));
    socket.once('error', () => end(undefined));
    socket.setTimeout(5_000, () => end(undefined));
  });
}

/** A server that takes every version, with the real one's certificate. */
async function lax(site: Site): Promise<{ readonly url: string; close(): void }> {
  const server = createTlsServer({ ...site.subject.certificate, minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const address = server.address();
  return {
    url: `https://localhost:${typeof address === 'object' && address !== null ? address.port : 0}`,
    close: () => server.close(),
  };
}

const endpoints = { issuer: (site: Site) => site.issuer, fhir: (site: Site) => site.fhir } as const;

function version(id: string, of: keyof typeof endpoints, which: SecureVersion, taken: boolean): Row {
  return {
    id,
    says: `${of}: ${which} is ${taken ? 'taken' : 'refused'}`,
    async run(site) {
      const instead = site.mutant?.oldTls === true ? await lax(site) : undefined;
      const broken = site.mutant?.oldTls === true && taken;
      const agreed = broken ? undefined : await handshake(site, instead?.url ?? endpoints[of](site), which);
      instead?.close();
      equal(agreed, taken ? which : undefined, 'agreed version');
    },
    mutant: () => ({ name: taken ? `no ${which}` : 'old TLS versions taken', oldTls: true }),
  };
}

/** TLS 1.2 without forward secrecy or without AEAD. */
const WEAK = [
  'ECDHE-ECDSA-AES128-SHA',
  'ECDHE-ECDSA-AES256-SHA',
  'ECDHE-ECDSA-AES128-SHA256',
  'ECDHE-ECDSA-AES256-SHA384',
  'AES128-GCM-SHA256',
  'AES256-SHA',
].join(':');

/** Whether the server lets a client negotiate anew within a connection. */
function renegotiates(site: Site, url: string): Promise<boolean> {
  const { hostname: host, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port), ca: site.subject.ca, maxVersion: 'TLSv1.2' });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    let met = false;
    socket.once('secureConnect', () => {
      met = true;
      socket.renegotiate({}, (error) => end(error === null));
    });
    socket.once('error', (error) => (met ? end(false) : reject(error)));
    socket.setTimeout(5_000, () => end(false));
  });
}

/** The endpoint itself, or where a mutant takes old TLS, the lax server. */
async function at<T>(site: Site, of: keyof typeof endpoints, ask: (url: string) => Promise<T>): Promise<T> {
  const instead = site.mutant?.oldTls === true ? await lax(site) : undefined;
  return ask(instead?.url ?? endpoints[of](site)).finally(() => instead?.close());
}

export const transport: readonly Row[] = [
  ...(['issuer', 'fhir'] as const).flatMap((of, index): readonly Row[] => [
    {
      id: `smart-tls.${12 + index}`,
      says: `${of}: suites without forward secrecy or without AEAD are refused`,
      run: async (site) =>
        equal(await at(site, of, (url) => handshake(site, url, 'TLSv1.2', `${WEAK}:@SECLEVEL=0`)), undefined, 'agreed'),
      mutant: () => ({ name: 'weak suites taken', oldTls: true }),
    },
    {
      id: `smart-tls.${14 + index}`,
      says: `${of}: a client cannot renegotiate (RFC 9325 §3.5)`,
      run: async (site) => equal(await at(site, of, (url) => renegotiates(site, url)), false, 'renegotiated'),
      mutant: () => ({ name: 'renegotiation', oldTls: true }),
    },
  ]),
  version('smart-tls.01', 'issuer', 'TLSv1', false),
  version('smart-tls.02', 'issuer', 'TLSv1.1', false),
  version('smart-tls.03', 'issuer', 'TLSv1.2', true),
  version('smart-tls.04', 'issuer', 'TLSv1.3', true),
  version('smart-tls.05', 'fhir', 'TLSv1', false),
  version('smart-tls.06', 'fhir', 'TLSv1.1', false),
  version('smart-tls.07', 'fhir', 'TLSv1.2', true),
  version('smart-tls.08', 'fhir', 'TLSv1.3', true),
  ...(['/authorize', '/token'] as const).map(
    (path, index): Row => ({
      id: `smart-tls.${String(9 + index).padStart(2, '0')}`,
      says: `a bare GET of ${path} does no harm, ten times over`,
      async run(site) {
        for (let times = 0; times < 10; times += 1) {
          const { status } = await site.send(`${site.issuer}${path}`);
          hold(status >= 400 && status < 500 && status !== 429, `status ${status}`);
        }
      },
      mutant: answering(path, 500),
    }),
  ),
  {
    id: 'smart-tls.11',
    says: 'plain HTTP gets nothing from the port',
    async run(site) {
      const open = site.mutant === undefined ? undefined : createServer((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'));
      if (open !== undefined) await new Promise<void>((resolve) => open.listen(0, '127.0.0.1', resolve));
      const address = open?.address();
      const port = typeof address === 'object' && address !== null ? address.port : Number(new URL(site.issuer).port);
      const said = await new Promise<string>((resolve) => {
        let text = '';
        const socket = plainConnect(port, 'localhost', () => socket.write('GET /jwks HTTP/1.1\r\nHost: localhost\r\n\r\n'));
        socket.setEncoding('latin1').on('data', (part: string) => (text += part));
        socket.once('close', () => resolve(text)).once('error', () => resolve(text));
        socket.setTimeout(5_000, () => socket.destroy());
      });
      open?.close();
      hold(!/^HTTP\/1\.1 [23]/.test(said), `said ${said.slice(0, 60)}`);
    },
    mutant: () => ({ name: 'plain HTTP answered' }),
  },
];
