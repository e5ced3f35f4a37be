/** Bytes in JSON: as text where they are UTF-8, which gives them back to the byte; as base64 where they are not. */
import { z } from 'zod';

export const textOrBytes = {
  /** UTF-8 text, to the byte. */
  body: z.string().optional(),
  bodyBase64: z.base64().optional(),
} as const;

export interface TextOrBytes {
  readonly body?: string | undefined;
  readonly bodyBase64?: string | undefined;
}

/** Text wins over base64; neither is an empty body. */
export function bytesOf({ body, bodyBase64 }: TextOrBytes): Uint8Array {
  return body === undefined ? Buffer.from(bodyBase64 ?? '', 'base64') : Buffer.from(body, 'utf8');
}

export function inJson(bytes: Uint8Array): TextOrBytes {
  if (bytes.length === 0) return {};
  try {
    return { body: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { bodyBase64: Buffer.from(bytes).toString('base64') };
  }
}
