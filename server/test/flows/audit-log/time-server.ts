/** A time server (SNTP, RFC 5905) on this machine, as right or wrong as a test wants. */
import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';

/** An NTP server whose clock is ahead by so much. */
export async function timeServer(ahead: () => number, bend: (answer: Buffer) => void = () => undefined) {
  const socket = createSocket('udp4');
  socket.on('message', (question, { port, address }) => {
    const answer = Buffer.alloc(48);
    answer[0] = 0x24;
    answer[1] = 2;
    question.copy(answer, 24, 40, 48);
    const at = Date.now() + ahead() + 2_208_988_800_000;
    for (const place of [32, 40]) {
      answer.writeUInt32BE(Math.floor(at / 1_000), place);
      answer.writeUInt32BE(Math.floor(((at % 1_000) / 1_000) * 2 ** 32), place + 4);
    }
    bend(answer);
    socket.send(answer, port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return { at: `127.0.0.1:${(socket.address() as AddressInfo).port}`, close: () => socket.close() };
}
