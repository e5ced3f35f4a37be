/** RFC 8259 §7 and RFC 3629 §4: find where a string ends, refusing what is not a string in well-formed UTF-8. */
import { refuse } from './refuse.ts';

/** What a byte inside a string asks for: 0 nothing, 1 the end, 2 an escape, 3 refusal, 4 a longer UTF-8 sequence. */
const classes = new Uint8Array(256);
classes.fill(3, 0, 0x20);
classes.fill(4, 0x80);
classes[0x22] = 1;
classes[0x5c] = 2;

/**
 * `from` is the offset after the opening quote. Returns the offset after the closing quote, or its bitwise complement when the string
 * holds escapes.
 */
export function stringEnd(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  let escaped = false;
  const four = end - 3;
  for (;;) {
    // Most bytes ask for nothing: four of them, one question.
    while (
      at < four &&
      (classes[bytes[at]!]! | classes[bytes[at + 1]!]! | classes[bytes[at + 2]!]! | classes[bytes[at + 3]!]!) === 0
    )
      at += 4;
    if (at >= end) return refuse('unfinished string', at);
    const kind = classes[bytes[at]!];
    if (kind === 0) at++;
    else if (kind === 1) return escaped ? ~(at + 1) : at + 1;
    else if (kind === 2) {
      escaped = true;
      at = escapeEnd(bytes, at, end);
    } else if (kind === 4) at = sequenceEnd(bytes, at, end);
    else refuse('control character in a string', at);
  }
}

/** The offset after the UTF-8 sequence at `at`. Overlong forms, surrogates and code points above U+10FFFF are refused. */
export function sequenceEnd(bytes: Uint8Array, at: number, end: number): number {
  const lead = bytes[at]!;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (lead < 0xc2 || lead > 0xf4 || at + length > end) refuse('invalid UTF-8', at);
  const second = bytes[at + 1]!;
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) refuse('invalid UTF-8', at);
  for (let more = 2; more < length; more++) if ((bytes[at + more]! & 0xc0) !== 0x80) refuse('invalid UTF-8', at);
  return at + length;
}

/** The offset after the escape whose backslash is at `at`; a surrogate pair counts as one escape. */
function escapeEnd(bytes: Uint8Array, at: number, end: number): number {
  const letter = at + 1 < end ? bytes[at + 1]! : 0;
  switch (letter) {
    case 0x22: // "
    case 0x5c: // \
    case 0x2f: // /
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      return at + 2;
    case 0x75: {
      const unit = hexUnit(bytes, at + 2, end);
      if (unit < 0xd800 || unit > 0xdfff) return at + 6;
      const paired = unit < 0xdc00 && at + 7 < end && bytes[at + 6] === 0x5c && bytes[at + 7] === 0x75;
      const low = paired ? hexUnit(bytes, at + 8, end) : 0;
      if (low < 0xdc00 || low > 0xdfff) refuse('unpaired surrogate', at);
      return at + 12;
    }
    default:
      return refuse('invalid escape', at);
  }
}

/** The UTF-16 code unit written as four hexadecimal digits at `at`. */
export function hexUnit(bytes: Uint8Array, at: number, end: number): number {
  if (at + 4 > end) refuse('invalid escape', at);
  let unit = 0;
  for (let digit = at; digit < at + 4; digit++) {
    const byte = bytes[digit]!;
    const lower = byte | 0x20;
    if (byte >= 0x30 && byte <= 0x39) unit = unit * 16 + byte - 0x30;
    else if (lower >= 0x61 && lower <= 0x66) unit = unit * 16 + lower - 0x57;
    else refuse('invalid escape', digit);
  }
  return unit;
}
