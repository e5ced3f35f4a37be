/**
 * RFC 5424 messages over TLS, octet-counted (RFC 5425), one per AuditEvent. Syslog has no acknowledgement: a batch counts as sent when the connection has taken all of it and
 * is still there a moment later; otherwise all of it is sent again.
 */
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { dicomMessage } from '@fireguard/engine';
import type { ForwardTarget } from './config.ts';
import type { Sender } from './sender.ts';

export function syslogSender(target: ForwardTarget & { readonly kind: 'syslog-tls' }): Sender {
  let socket: TLSSocket | undefined;

  async function connected(): Promise<TLSSocket> {
    if (socket !== undefined && !socket.destroyed && socket.writable) return socket;
    const { host, port, authority, certificate, key } = target;
    const made = connect({
      ...{ host, port, servername: /^[\d.:]+$/.test(host) ? '' : host, minVersion: 'TLSv1.2' as const },
      ...(authority === undefined ? {} : { ca: authority }),
      ...(certificate === undefined || key === undefined ? {} : { cert: certificate, key }),
    });
    made.setTimeout(10_000, () => made.destroy(new Error('no answer in 10 seconds')));
    await new Promise<void>((resolve, reject) => made.once('secureConnect', resolve).once('error', reject));
    made.setTimeout(0);
    made.on('error', () => undefined);
    made.resume();
    socket = made;
    return made;
  }

  return {
    async send(events) {
      const open = await connected();
      const bytes = Buffer.concat(events.map(frame));
      await new Promise<void>((resolve, reject) => {
        const late = setTimeout(() => reject(new Error('the connection takes nothing')), 20_000).unref();
        const broken = () => reject(new Error('the connection ended'));
        open.once('close', broken);
        open.write(bytes, (error) => {
          clearTimeout(late);
          open.off('close', broken);
          if (error) reject(error);
          else resolve();
        });
      });
      await sleep(100);
      if (open.destroyed || !open.writable) throw new Error('the connection ended');
    },
    close: () => socket?.destroy(),
  };
}

const node = hostname().replace(/[^\x21-\x7e]/g, '-') || '-';

/** PRI 85: authpriv, notice (ITI-20); 84 for what was denied or failed. */
function frame(event: object): Buffer {
  const { recorded, outcome } = event as { readonly recorded: string; readonly outcome: string };
  const message = Buffer.from(
    `<${outcome === '0' ? 85 : 84}>1 ${recorded} ${node} fireguard ${process.pid} IHE+RFC-3881 - ${dicomMessage(event as Parameters<typeof dicomMessage>[0])}`,
  );
  return Buffer.concat([Buffer.from(`${message.length} `), message]);
}
