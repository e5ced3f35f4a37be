/** QR codes (ISO/IEC 18004): bytes, error correction M, versions 1 to 20, which is up to 666 bytes. Made here so that no secret goes anywhere else. */

/** Per version: error correction codewords of a block, and blocks. */
const CORRECTION = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26];
const BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16];

/** Rows of modules, true is dark; undefined when the text is too long. */
export function qrCode(text: string): readonly (readonly boolean[])[] | undefined {
  const data = new TextEncoder().encode(text);
  const version = BLOCKS.findIndex((_, at) => bitsNeeded(data.length, at + 1) <= dataCodewords(at + 1) * 8) + 1;
  if (version === 0) return undefined;
  const grid = functionPatterns(version);
  placeData(grid, interleaved(codewords(data, version), version));
  // The mask with the least penalty: no large areas, no pattern that looks like a finder.
  const masked = Array.from({ length: 8 }, (_, mask) => withMask(grid, mask));
  return masked.reduce((best, one) => (penalty(one) < penalty(best) ? one : best));
}

interface Grid {
  readonly size: number;
  readonly dark: boolean[][];
  readonly fixed: boolean[][];
}

function rawModules(version: number): number {
  const alignments = version === 1 ? 0 : Math.floor(version / 7) + 2;
  const patterns = alignments === 0 ? 0 : (25 * alignments - 10) * alignments - 55;
  return (16 * version + 128) * version + 64 - patterns - (version >= 7 ? 36 : 0);
}

function dataCodewords(version: number): number {
  return Math.floor(rawModules(version) / 8) - (CORRECTION[version - 1] ?? 0) * (BLOCKS[version - 1] ?? 0);
}

function bitsNeeded(length: number, version: number): number {
  return 4 + (version < 10 ? 8 : 16) + length * 8;
}

/** §7.4: mode, length, bytes, end, filling. */
function codewords(data: Uint8Array, version: number): Uint8Array {
  const bits: number[] = [];
  const push = (value: number, length: number) => {
    for (let at = length - 1; at >= 0; at--) bits.push((value >>> at) & 1);
  };
  push(4, 4);
  push(data.length, version < 10 ? 8 : 16);
  for (const byte of data) push(byte, 8);
  const capacity = dataCodewords(version) * 8;
  push(0, Math.min(4, capacity - bits.length));
  push(0, (8 - (bits.length % 8)) % 8);
  for (let pad = 0xec; bits.length < capacity; pad ^= 0xec ^ 0x11) push(pad, 8);
  return Uint8Array.from({ length: capacity / 8 }, (_, at) =>
    bits.slice(at * 8, at * 8 + 8).reduce((sum, bit) => sum * 2 + bit, 0),
  );
}

/** §7.5, §7.6: blocks with their corrections, the first bytes of all blocks first. */
function interleaved(data: Uint8Array, version: number): number[] {
  const count = BLOCKS[version - 1] ?? 1;
  const correction = CORRECTION[version - 1] ?? 0;
  const total = Math.floor(rawModules(version) / 8);
  const short = Math.floor(total / count) - correction;
  const long = total % count;
  const divisor = generator(correction);
  const blocks: Uint8Array[] = [];
  for (let at = 0, from = 0; at < count; at++) {
    const length = short + (at < count - long ? 0 : 1);
    blocks.push(data.slice(from, from + length));
    from += length;
  }
  const corrections = blocks.map((block) => remainder(block, divisor));
  const result: number[] = [];
  for (let at = 0; at <= short; at++) for (const block of blocks) if (at < block.length) result.push(block[at] ?? 0);
  for (let at = 0; at < correction; at++) for (const block of corrections) result.push(block[at] ?? 0);
  return result;
}

/** Multiplication in GF(2^8) modulo 0x11D. */
function times(one: number, other: number): number {
  let product = 0;
  for (let at = 7; at >= 0; at--) product = (product << 1) ^ ((product >>> 7) * 0x11d) ^ (((other >>> at) & 1) * one);
  return product;
}

function generator(degree: number): Uint8Array {
  const result = new Uint8Array(degree);
  result[degree - 1] = 1;
  let root = 1;
  for (let round = 0; round < degree; round++) {
    for (let at = 0; at < degree; at++) result[at] = times(result[at] ?? 0, root) ^ (result[at + 1] ?? 0);
    root = times(root, 2);
  }
  return result;
}

function remainder(data: Uint8Array, divisor: Uint8Array): Uint8Array {
  const result = new Uint8Array(divisor.length);
  for (const byte of data) {
    const factor = byte ^ (result[0] ?? 0);
    result.copyWithin(0, 1);
    result[result.length - 1] = 0;
    for (const [at, coefficient] of divisor.entries()) result[at] = (result[at] ?? 0) ^ times(coefficient, factor);
  }
  return result;
}

function functionPatterns(version: number): Grid {
  const size = version * 4 + 17;
  const rows = () => Array.from({ length: size }, () => new Array<boolean>(size).fill(false));
  const grid: Grid = { size, dark: rows(), fixed: rows() };
  for (let at = 0; at < size; at++) {
    set(grid, 6, at, at % 2 === 0);
    set(grid, at, 6, at % 2 === 0);
  }
  for (const [x, y] of [[3, 3] as const, [size - 4, 3] as const, [3, size - 4] as const]) ring(grid, x, y, 4);
  const places = alignmentPlaces(version, size);
  const last = places.length - 1;
  for (const [i, x] of places.entries())
    for (const [j, y] of places.entries())
      if (!((i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0))) ring(grid, x, y, 2);
  format(grid, 0);
  if (version >= 7) versionBits(grid, version);
  return grid;
}

function set(grid: Grid, x: number, y: number, dark: boolean): void {
  if (x < 0 || y < 0 || x >= grid.size || y >= grid.size) return;
  (grid.dark[y] ?? [])[x] = dark;
  (grid.fixed[y] ?? [])[x] = true;
}

/** A finder (radius 4, with its light border) or an alignment pattern (radius 2). */
function ring(grid: Grid, x: number, y: number, radius: number): void {
  for (let dy = -radius; dy <= radius; dy++)
    for (let dx = -radius; dx <= radius; dx++) {
      const distance = Math.max(Math.abs(dx), Math.abs(dy));
      set(grid, x + dx, y + dy, radius === 4 ? distance !== 2 && distance !== 4 : distance !== 1);
    }
}

function alignmentPlaces(version: number, size: number): number[] {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = Math.floor((version * 8 + count * 3 + 5) / (count * 4 - 4)) * 2;
  return [6, ...Array.from({ length: count - 1 }, (_, at) => size - 7 - (count - 2 - at) * step)];
}

/** §7.9: correction level M and the mask, twice. */
function format(grid: Grid, mask: number): void {
  let rest = mask;
  for (let at = 0; at < 10; at++) rest = (rest << 1) ^ ((rest >>> 9) * 0x537);
  const bits = ((mask << 10) | rest) ^ 0x5412;
  const bit = (at: number) => ((bits >>> at) & 1) === 1;
  for (let at = 0; at <= 5; at++) set(grid, 8, at, bit(at));
  set(grid, 8, 7, bit(6));
  set(grid, 8, 8, bit(7));
  set(grid, 7, 8, bit(8));
  for (let at = 9; at < 15; at++) set(grid, 14 - at, 8, bit(at));
  for (let at = 0; at < 8; at++) set(grid, grid.size - 1 - at, 8, bit(at));
  for (let at = 8; at < 15; at++) set(grid, 8, grid.size - 15 + at, bit(at));
  set(grid, 8, grid.size - 8, true);
}

function versionBits(grid: Grid, version: number): void {
  let rest = version;
  for (let at = 0; at < 12; at++) rest = (rest << 1) ^ ((rest >>> 11) * 0x1f25);
  const bits = (version << 12) | rest;
  for (let at = 0; at < 18; at++) {
    const [along, across] = [grid.size - 11 + (at % 3), Math.floor(at / 3)];
    set(grid, along, across, ((bits >>> at) & 1) === 1);
    set(grid, across, along, ((bits >>> at) & 1) === 1);
  }
}

/** §7.7.3: two columns at a time, up and down, from the right. */
function placeData(grid: Grid, bytes: readonly number[]): void {
  let at = 0;
  for (let right = grid.size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < grid.size; step++)
      for (const x of [right, right - 1]) {
        const y = ((right + 1) & 2) === 0 ? grid.size - 1 - step : step;
        if (grid.fixed[y]?.[x] !== false || at >= bytes.length * 8) continue;
        (grid.dark[y] ?? [])[x] = (((bytes[at >>> 3] ?? 0) >>> (7 - (at & 7))) & 1) === 1;
        at++;
      }
  }
}

const masks: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_x, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

function withMask(grid: Grid, mask: number): boolean[][] {
  const copy: Grid = { ...grid, dark: grid.dark.map((row) => [...row]), fixed: grid.fixed.map((row) => [...row]) };
  for (let y = 0; y < grid.size; y++)
    for (let x = 0; x < grid.size; x++)
      if (grid.fixed[y]?.[x] === false && masks[mask]?.(x, y) === true) (copy.dark[y] ?? [])[x] = grid.dark[y]?.[x] !== true;
  format(copy, mask);
  return copy.dark;
}

/** §7.8.3 in short: runs of five and more, blocks of four, imbalance. Any mask can be read; this one reads best. */
function penalty(rows: readonly (readonly boolean[])[]): number {
  const size = rows.length;
  const lines = [...rows, ...rows.map((_, x) => rows.map((row) => row[x] === true))];
  let sum = 0;
  for (const line of lines) {
    const text = line.map((dark) => (dark ? '1' : '0')).join('');
    for (const run of text.match(/0{5,}|1{5,}/g) ?? []) sum += run.length - 2;
    sum += 40 * (text.match(/(?=00001011101|10111010000)/g) ?? []).length;
  }
  for (let y = 1; y < size; y++)
    for (let x = 1; x < size; x++)
      if (rows[y]?.[x] === rows[y]?.[x - 1] && rows[y]?.[x] === rows[y - 1]?.[x] && rows[y]?.[x] === rows[y - 1]?.[x - 1])
        sum += 3;
  const dark = rows.flat().filter(Boolean).length;
  return sum + Math.floor(Math.abs((dark * 20) / size ** 2 - 10)) * 10;
}
