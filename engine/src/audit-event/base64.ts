/** RFC 4648 §4: base64 of a text's UTF-8 bytes. Written here because the engine has neither Buffer nor btoa. */
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const encoder = new TextEncoder();

export function base64(text: string): string {
  const bytes = encoder.encode(text);
  let out = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [one, two, three] = [bytes[at]!, bytes[at + 1], bytes[at + 2]];
    const bits = (one << 16) | ((two ?? 0) << 8) | (three ?? 0);
    out += alphabet[bits >> 18]! + alphabet[(bits >> 12) & 63]!;
    out += two === undefined ? '=' : alphabet[(bits >> 6) & 63]!;
    out += three === undefined ? '=' : alphabet[bits & 63]!;
  }
  return out;
}
