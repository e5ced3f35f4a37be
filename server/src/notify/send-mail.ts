/** One mail per notice, plain text, over TLS: required beyond loopback, and never given up for a server that does not offer it. */
import { createTransport, type Transporter } from 'nodemailer';
import type { Notice } from './notice.ts';

export interface MailRoute {
  readonly server: string;
  readonly from: string;
  readonly to: readonly string[];
}

export function mailer({ server, from, to }: MailRoute): { send(notice: Notice): Promise<void>; close(): void } {
  const { protocol, hostname, port, username, password } = new URL(server);
  const secure = protocol === 'smtps:';
  const local = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  const transport: Transporter = createTransport({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || (secure ? 465 : 587)),
    secure,
    requireTLS: !secure && !local,
    ...(username === '' ? {} : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
    // Nothing of a notice may name a file or an address to be fetched.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send(notice) {
      const { id, title, text, link, at } = notice;
      await transport.sendMail({
        from,
        to: [...to],
        subject: `[Fireguard] ${title}`,
        text: `${text}\n\n${link === undefined ? '' : `${link}\n\n`}${at}\n`,
        messageId: `<${id}@fireguard>`,
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
    },
    close: () => transport.close(),
  };
}
