/**
 * Tapes that can be used again: of a large document one is twice as long as the document, and to clear it and to collect it costs as much as to judge
 * what is in it. INVARIANT: a tape is here only after its document has let it go, and a document without its tape answers nothing.
 */
const free: Int32Array[] = [];

/** Smaller ones are not worth it (16 KiB). */
const LEAST = 2 ** 12;
const MOST_TAPES = 16;
/** 32 MiB in all. */
const MOST_INTEGERS = 2 ** 23;

/** At least so many integers, whatever they say. */
export function takeTape(integers: number): Int32Array {
  if (integers >= LEAST) {
    // One that is much too long is left to whoever needs it.
    const at = free.findIndex(({ length }) => length >= integers && length <= integers * 4);
    if (at >= 0) return free.splice(at, 1)[0]!;
  }
  return new Int32Array(integers);
}

export function giveTape(tape: Int32Array): void {
  if (tape.length < LEAST || free.length >= MOST_TAPES) return;
  if (free.reduce((sum, { length }) => sum + length, tape.length) <= MOST_INTEGERS) free.push(tape);
}
