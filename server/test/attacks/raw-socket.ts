/** One HTTP exchange by hand, for requests that a polite client cannot send. */
import { connect } from 'node:net';

/** Sends `text` as it is; gives everything that came back until the other side closed, or `ms` after the last byte. */
export function exchange(port: number, text: string, ms = 1500): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let back = '';
    socket.setEncoding('utf8');
    socket.setTimeout(ms, () => socket.destroy());
    socket.on('data', (chunk: string) => {
      back += chunk;
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(back));
  });
}

export function request(port: number, line: string, headers: readonly string[] = [], body = ''): Promise<string> {
  const hasHost = headers.some((header) => /^host:/i.test(header));
  const lines = [line, ...(hasHost ? [] : [`Host: 127.0.0.1:${port}`]), ...headers, 'Connection: close'];
  return exchange(port, `${lines.join('\r\n')}\r\n\r\n${body}`);
}

export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
}
