/** RFC 5425 §4.3: `MSG-LEN SP SYSLOG-MSG`, by octets. INVARIANT: bounded; a stream that is not framed so is given up, because nobody can tell where the next message begins. */

const longestMessage = 1 << 20;

/** Gives whole messages as they come. Throws Error when the stream is not framed. */
export class OctetFrames {
  #pending = Buffer.alloc(0);

  *take(chunk: Uint8Array): Generator<Uint8Array> {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    for (;;) {
      const space = this.#pending.indexOf(32);
      const digits = this.#pending.subarray(0, space < 0 ? Math.min(this.#pending.length, 9) : space).toString('latin1');
      if (digits !== '' && !/^[1-9]\d{0,7}$/.test(digits)) throw new Error('not framed by RFC 5425');
      if (space < 0) return;
      const length = Number(digits);
      if (digits === '' || length > longestMessage) throw new Error('a message is longer than can be taken');
      const end = space + 1 + length;
      if (this.#pending.length < end) return;
      yield this.#pending.subarray(space + 1, end);
      this.#pending = this.#pending.subarray(end);
    }
  }
}
