/** RFC 4648 §4: base64 of a text's UTF-8 bytes. Written here because the engine has neither Buffer nor btoa. */
import { utf8Text } from '../json/string-text.ts';

const encoder = new TextEncoder();
const alphabet = encoder.encode('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const PADDING = 0x3d;

export function base64(text: string): string {
  const bytes = encoder.encode(text);
  const letters = new Uint8Array(Math.ceil(bytes.length / 3) * 4);
  for (let at = 0, to = 0; at < bytes.length; at += 3, to += 4) {
    const left = bytes.length - at;
    const bits = (bytes[at]! << 16) | (left > 1 ? bytes[at + 1]! << 8 : 0) | (left > 2 ? bytes[at + 2]! : 0);
    letters[to] = alphabet[bits >> 18]!;
    letters[to + 1] = alphabet[(bits >> 12) & 63]!;
    letters[to + 2] = left > 1 ? alphabet[(bits >> 6) & 63]! : PADDING;
    letters[to + 3] = left > 2 ? alphabet[bits & 63]! : PADDING;
  }
  return utf8Text(letters, 0, letters.length);
}
