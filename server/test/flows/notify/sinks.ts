/** Where notices arrive in tests: an HTTP server and a small SMTP server (RFC 5321), on loopback, which keep what they got and can be told to refuse. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export async function webhookSink() {
  const received: Received[] = [];
  const state = { status: 200 };
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      body += part;
    });
    request.on('end', () => {
      if (state.status === 200) received.push({ headers: request.headers, body });
      response.writeHead(state.status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    received,
    state,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/notices`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

export async function mailSink() {
  const received: { readonly from: string; readonly to: string[]; readonly text: string }[] = [];
  const server = createSocketServer((socket) => {
    let [from, text, pending]: [string, string | undefined, string] = ['', undefined, ''];
    let to: string[] = [];
    const say = (line: string): unknown => socket.write(`${line}\r\n`);
    say('220 sink');
    socket.setEncoding('latin1').on('data', (part: string) => {
      pending += part;
      for (let end = pending.indexOf('\r\n'); end >= 0; end = pending.indexOf('\r\n')) {
        const line = pending.slice(0, end);
        pending = pending.slice(end + 2);
        if (text !== undefined) {
          if (line === '.') {
            received.push({ from, to, text });
            [text, to] = [undefined, []];
            say('250 kept');
          } else text += `${line}\n`;
        } else if (/^EHLO/i.test(line)) say('250 sink');
        else if (/^MAIL FROM/i.test(line)) {
          from = line;
          say('250 ok');
        } else if (/^RCPT TO/i.test(line)) {
          to.push(line);
          say('250 ok');
        } else if (/^DATA/i.test(line)) {
          text = '';
          say('354 go on');
        } else if (/^QUIT/i.test(line)) {
          say('221 bye');
          socket.end();
        } else say('250 ok');
      }
    });
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    received,
    server: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
