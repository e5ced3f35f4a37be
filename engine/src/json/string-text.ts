/** RFC 8259 §7: the text of a string whose bytes `scan` has already found well-formed. */
import { hexUnit } from './string-end.ts';

// Without ignoreBOM a string that begins with U+FEFF would lose it.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Short strings are decoded by hand while they are ASCII: a call to the decoder costs more than they do. */
const SHORT = 32;
/** By length: where their letters stand while a text is made of them, which is a quarter of the cost of putting one letter to the next. */
const places: readonly number[][] = Array.from({ length: SHORT + 1 }, (_, length) => new Array<number>(length).fill(0));

/** Decode `bytes[from, to)` as UTF-8, backslashes meaning nothing. */
export function utf8Text(bytes: Uint8Array, from: number, to: number): string {
  if (to - from > SHORT) return decoder.decode(bytes.subarray(from, to));
  const letters = places[to - from]!;
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!;
    if (byte >= 0x80) return decoder.decode(bytes.subarray(from, to));
    letters[at - from] = byte;
  }
  return String.fromCharCode.apply(String, letters);
}

/** Decode `bytes[from, to)`, the inside of a string that holds escapes. */
export function unescapedText(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  let plain = from;
  for (let at = from; at < to; ) {
    if (bytes[at] !== 0x5c) {
      at++;
      continue;
    }
    text += utf8Text(bytes, plain, at);
    const letter = bytes[at + 1]!;
    if (letter === 0x75) {
      text += String.fromCharCode(hexUnit(bytes, at + 2, to));
      at += 6;
    } else {
      text += escapes.get(letter)!;
      at += 2;
    }
    plain = at;
  }
  return text + utf8Text(bytes, plain, to);
}

const escapes: ReadonlyMap<number, string> = new Map(
  Object.entries({ '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }).map(([letter, text]) => [
    letter.charCodeAt(0),
    text,
  ]),
);
