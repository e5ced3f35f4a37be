import jsqr from 'jsqr';
import { expect, test } from 'vitest';
import { qrCode } from './qr-code.ts';

const decode = jsqr as unknown as (
  pixels: Uint8ClampedArray,
  width: number,
  height: number,
) => { data: string; version: number } | null;

/** As a camera would see it: four pixels a module, with the quiet border. */
function seen(rows: readonly (readonly boolean[])[]): { data: string; version: number } | null {
  const side = (rows.length + 8) * 4;
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++)
      if (rows[Math.floor(y / 4) - 4]?.[Math.floor(x / 4) - 4] === true)
        pixels.fill(0, (y * side + x) * 4, (y * side + x) * 4 + 3);
  return decode(pixels, side, side);
}

test('another’s decoder reads what was written, in every version', () => {
  const versions = new Set<number>();
  for (const length of [1, 14, 15, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666]) {
    const text = Array.from(
      { length },
      (_, at) => 'otpauth://totp/Alder%20Vale:okafor?secret=GEZDGNBVGY3TQOJQ&'[(at * 7 + length) % 59],
    ).join('');
    const found = seen(qrCode(text) ?? []);
    expect(found?.data, `${length} bytes`).toBe(text);
    versions.add(found?.version ?? 0);
  }
  expect([...versions]).toEqual(Array.from({ length: 20 }, (_, at) => at + 1).filter((version) => versions.has(version)));
  expect(versions.size).toBeGreaterThan(17);
});

test('what is too long is not written', () => {
  expect(qrCode('x'.repeat(667))).toBeUndefined();
});
