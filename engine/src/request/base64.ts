/** Base64 (RFC 4648 §4) without any host's help: the engine runs where neither Buffer nor atob may be. */
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** By character code; padding counts as nothing. */
const digits = new Uint8Array(128);
for (const [digit, character] of [...alphabet].entries()) digits[character.charCodeAt(0)] = digit;

/** Undefined when `text` is not padded base64. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let at = 0;
  for (let from = 0; from < text.length; from += 4) {
    let quantum = 0;
    for (let digit = 0; digit < 4; digit++) quantum = quantum * 64 + digits[text.charCodeAt(from + digit)]!;
    for (let shift = 16; shift >= 0 && at < bytes.length; shift -= 8) bytes[at++] = (quantum >>> shift) & 0xff;
  }
  return bytes;
}

export function encodeBase64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const quantum = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const last = at + 3 > bytes.length ? bytes.length - at : 3;
    for (let digit = 0; digit < 4; digit++) text += digit > last ? '=' : alphabet[(quantum >>> (18 - 6 * digit)) & 63]!;
    if (text.length >= 65_536) {
      pieces.push(text);
      text = '';
    }
  }
  return pieces.join('') + text;
}
