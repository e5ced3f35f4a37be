// Randomness that a seed repeats: the same seed gives the same hospital on every machine. Not for secrets.

/** One stream of repeatable random numbers (sfc32, Chris Doty-Humphrey's PractRand). Forks are independent of each other's use. */
export class Random {
  readonly #seed: string;
  readonly #state: Uint32Array;

  constructor(seed: string) {
    this.#seed = seed;
    this.#state = new Uint32Array([hash(`${seed}/a`), hash(`${seed}/b`), hash(`${seed}/c`), 1]);
    for (let i = 0; i < 12; i++) this.#next();
  }

  /** A stream of its own, so that one more draw for one patient does not change all the patients after it. */
  fork(name: string): Random {
    return new Random(`${this.#seed}/${name}`);
  }

  /** 0 ≤ x < 1 */
  fraction(): number {
    return this.#next() / 4294967296;
  }

  /** A whole number, both ends included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.fraction() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<T>(list: readonly T[]): T {
    const item = list[Math.floor(this.fraction() * list.length)];
    if (item === undefined) throw new RangeError('pick from an empty list');
    return item;
  }

  /** Roughly bell-shaped around `middle`, never further than `spread` from it. */
  around(middle: number, spread: number): number {
    return middle + ((this.fraction() + this.fraction() + this.fraction()) / 1.5 - 1) * spread;
  }

  /** An id of the form of a version 4 UUID. */
  uuid(): string {
    const hex = Array.from({ length: 4 }, () => this.#next().toString(16).padStart(8, '0')).join('');
    const variant = '89ab'[Number.parseInt(hex[16] ?? '0', 16) & 3];
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
  }

  #next(): number {
    const s = this.#state;
    const [a = 0, b = 0, c = 0, d = 0] = s;
    const t = (a + b + d) >>> 0;
    s[0] = b ^ (b >>> 9);
    s[1] = (c + (c << 3)) >>> 0;
    s[2] = (((c << 21) | (c >>> 11)) + t) >>> 0;
    s[3] = (d + 1) >>> 0;
    return t;
  }
}

/** FNV-1a, enough to spread seeds apart. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return value;
}
