/** SNTP (RFC 5905 §14): one question, one answer, the offset of our clock. INVARIANT: an answer that does not repeat what we asked with is somebody else's and is not heard. */
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';

/** Milliseconds between 1900 and 1970. */
const epoch = 2_208_988_800_000;

/** How far the server's clock is ahead of ours, in milliseconds. Rejects after two seconds, and for a server that does not know the time itself. */
export function askTime(server: string, now: () => number): Promise<number> {
  const [, host = server, port] = /^(.*?)(?::(\d{1,5}))?$/.exec(server) ?? [];
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    const done = (error: Error | undefined, offset = 0): void => {
      clearTimeout(late);
      socket.close();
      if (error === undefined) resolve(offset);
      else reject(error);
    };
    const late = setTimeout(() => done(new Error('the time server does not answer')), 2_000);
    const question = Buffer.alloc(48);
    question[0] = 0x23; // Version 4, client.
    // Not the time but a number of our own, so that nobody can answer who did not see it.
    const mark = randomBytes(8);
    mark.copy(question, 40);
    const sent = now();
    socket.once('error', done);
    socket.on('message', (answer) => {
      if (answer.length < 48 || !answer.subarray(24, 32).equals(mark) || (answer[0]! & 7) !== 4) return;
      const stratum = answer[1]!;
      if (stratum === 0 || stratum > 15 || answer[0]! >> 6 === 3)
        return done(new Error('the time server does not know the time'));
      const received = now();
      const [theirs, left] = [moment(answer, 32), moment(answer, 40)];
      done(undefined, (theirs - sent + (left - received)) / 2);
    });
    socket.send(question, Number(port ?? 123), host, (error) => error !== null && done(error));
  });
}

function moment(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at) * 1_000 + (bytes.readUInt32BE(at + 4) / 2 ** 32) * 1_000 - epoch;
}
