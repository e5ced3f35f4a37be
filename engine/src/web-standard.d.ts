/**
 * The two web-standard globals that the engine may use (https://encoding.spec.whatwg.org), declared here because taking the whole DOM or
 * Node library would let the compiler accept globals that the engine must not touch.
 */
declare class TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>;
}

declare class TextDecoder {
  constructor(label?: 'utf-8', options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean });
  decode(input?: Uint8Array): string;
}
