/** The listeners. A message counts as taken when its record is durable; over TLS the next one is read only then, so that a sender is held back and nothing piles up. */

import { randomUUID } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { createServer, type TLSSocket } from 'node:tls';
import { type AuditRecord, readDicomMessage } from '@fireguard/engine';
import { received } from '../audit-events/receive-event.ts';
import type { AuditLog } from '../audit-log/audit-log.ts';
import type { FeedSettings } from './config.ts';
import { OctetFrames } from './octet-frames.ts';
import { readSyslog } from './read-syslog.ts';

export interface FeedOptions {
  readonly settings: FeedSettings;
  readonly log: AuditLog;
  /** Our FHIR base. */
  readonly base: string;
  readonly tell: (line: string) => void;
}

export interface Feed {
  /** Ports that were taken; undefined for what is not configured. */
  readonly ports: { readonly tls: number | undefined; readonly udp: number | undefined };
  close(): Promise<void>;
}

type Received = NonNullable<AuditRecord['received']>['event'];

export async function listenSyslog(options: FeedOptions): Promise<Feed> {
  const { syslogTls, syslogUdp } = options.settings;
  const closers: (() => Promise<unknown>)[] = [];
  const tls = syslogTls === undefined ? undefined : await listenTls(syslogTls, options, closers);
  const udp = syslogUdp === undefined ? undefined : await listenUdp(syslogUdp, options, closers);
  return {
    ports: { tls, udp },
    async close() {
      await Promise.all(closers.map((close) => close()));
    },
  };
}

async function listenTls(
  { host, port, certificate, key, clientAuthority }: NonNullable<FeedSettings['syslogTls']>,
  options: FeedOptions,
  closers: (() => Promise<unknown>)[],
): Promise<number> {
  const open = new Set<TLSSocket>();
  const server = createServer(
    { cert: certificate, key, ca: clientAuthority, requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.2' },
    (socket) => {
      open.add(socket);
      socket.setTimeout(3_600_000, () => socket.destroy());
      socket.on('error', () => undefined);
      socket.on('close', () => open.delete(socket));
      const name = socket.getPeerCertificate().subject?.CN;
      const sender = { address: socket.remoteAddress ?? '', name: Array.isArray(name) ? name.join() : (name ?? 'unknown') };
      void read(socket, sender, options).catch((error: Error) => {
        options.tell(`the audit feed from ${sender.name} was cut: ${error.message}`);
        socket.destroy();
      });
    },
  );
  // A stranger's handshake is none of our business.
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  closers.push(() => {
    for (const socket of open) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as { port: number }).port;
}

async function read(socket: TLSSocket, sender: Sender, options: FeedOptions): Promise<void> {
  const frames = new OctetFrames();
  for await (const chunk of socket) for (const message of frames.take(chunk as Buffer)) await take(message, sender, options);
}

async function listenUdp(
  { host, port, acceptFrom }: NonNullable<FeedSettings['syslogUdp']>,
  options: FeedOptions,
  closers: (() => Promise<unknown>)[],
): Promise<number> {
  const socket: Socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  const known = new Set(acceptFrom);
  let failing = false;
  socket.on('message', (message, { address }) => {
    if (!known.has(address)) return;
    take(message, { address, name: address }, options).then(
      () => {
        failing = false;
      },
      (error: Error) => {
        if (!failing) options.tell(`audit messages by UDP are being lost: ${error.message}`);
        failing = true;
      },
    );
  });
  await new Promise<void>((resolve, reject) => socket.once('error', reject).bind(port, host, resolve));
  closers.push(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  return socket.address().port;
}

interface Sender {
  readonly address: string;
  /** From its certificate. */
  readonly name: string;
}

async function take(message: Uint8Array, { address, name }: Sender, { log, base }: FeedOptions): Promise<void> {
  const text = readSyslog(message);
  const event =
    text === undefined ? undefined : (readDicomMessage(text.slice(Math.max(text.indexOf('<'), 0))) as Received | undefined);
  const from = { address, caller: { kind: 'system', client: { id: name, name }, roles: [], purposes: [] } } as const;
  if (event !== undefined) {
    await log.append({ ...received(event, 'R4', base), ...from });
    return;
  }
  await log.append({
    ...from,
    ...({ kind: 'received', outcome: 'failure', action: 'audit-message-not-understood' } as const),
    ...{ patients: [], resources: [], masked: [], withheld: 0, rules: [] },
    reason: `A message of ${message.length} bytes was no audit message and was not kept.`,
    requestId: randomUUID(),
  });
}
