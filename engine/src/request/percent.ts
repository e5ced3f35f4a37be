/** Percent-decoding, exactly once (RFC 3986 §2.1; `+` as space in queries and forms, https://url.spec.whatwg.org/#urlencoded-parsing). */
import { Problem } from '../problem.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** `text` must be ASCII. Throws Problem `request-not-understood` for broken sequences, invalid UTF-8 and control characters. */
export function percentDecode(text: string, plusIsSpace: boolean): string {
  if (!/[%+]/.test(text)) return text;
  const bytes = new Uint8Array(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    let byte = text.charCodeAt(at);
    if (byte === 0x2b && plusIsSpace) byte = 0x20;
    if (byte === 0x25) {
      byte = hexDigit(text.charCodeAt(at + 1)) * 16 + hexDigit(text.charCodeAt(at + 2));
      at += 2;
    }
    // NaN (a broken sequence) fails this comparison too.
    if (!(byte >= 0x20) || byte === 0x7f) throw notUnderstood();
    bytes[length++] = byte;
  }
  try {
    return decoder.decode(bytes.subarray(0, length));
  } catch (cause) {
    throw new Problem('request-not-understood', 'The URL holds a broken percent-encoding.', { cause });
  }
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : Number.NaN;
}

function notUnderstood(): Problem {
  return new Problem('request-not-understood', 'The URL holds a broken percent-encoding or a control character.');
}
