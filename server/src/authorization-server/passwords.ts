/**
 * Passwords: argon2id (RFC 9106) by Node's own crypto, kept as PHC strings. INVARIANT: an unknown name costs the same work as a wrong
 * password, comparison is constant-time, and at most two hashes run at once, so that a flood of sign-ins cannot take the machine.
 */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { Problem } from '@fireguard/engine';

interface Cost {
  /** KiB. */
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** OWASP's second choice for argon2id: 19 MiB, two passes. */
const DEFAULT_COST: Cost = { memory: 19_456, passes: 2, parallelism: 1 };
const AT_ONCE = 2;
const WAITING = 64;
const TAG_BYTES = 32;

export interface Passwords {
  /** PHC string `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. */
  hash(password: string): Promise<string>;
  /** Whether it matches. `stored` undefined (no such person) does the same work and answers false. Throws Problem('rate-limited') when too many wait. */
  verify(password: string, stored: string | undefined): Promise<boolean>;
}

export function createPasswords(cost: Cost = DEFAULT_COST): Passwords {
  const turn = turnstile();
  const nobody = phc(cost, randomBytes(16), randomBytes(TAG_BYTES));
  return {
    hash: (password) =>
      turn(async () => {
        const salt = randomBytes(16);
        return phc(cost, salt, await derive(password, salt, cost));
      }),
    verify: (password, stored) =>
      turn(async () => {
        const parsed = parsePhc(stored ?? nobody) ?? parsePhc(nobody);
        if (parsed === undefined) return false;
        const tag = await derive(password, parsed.salt, parsed.cost);
        const same = tag.length === parsed.tag.length && timingSafeEqual(tag, parsed.tag);
        return same && stored !== undefined;
      }),
  };
}

function derive(password: string, nonce: Uint8Array, cost: Cost): Promise<Buffer> {
  // NFC: the same letter typed on another keyboard is the same password.
  const message = password.normalize('NFC');
  return new Promise((resolve, reject) => {
    argon2('argon2id', { message, nonce, tagLength: TAG_BYTES, ...cost }, (error, tag) =>
      error === null ? resolve(tag) : reject(error),
    );
  });
}

function phc(cost: Cost, salt: Buffer, tag: Buffer): string {
  const text = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${text(salt)}$${text(tag)}`;
}

/** Bounded, so that a row of the database cannot name a cost that stops the server. */
function parsePhc(text: string): { readonly cost: Cost; readonly salt: Buffer; readonly tag: Buffer } | undefined {
  const match = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d)\$([A-Za-z0-9+/]{22,86})\$([A-Za-z0-9+/]{43})$/.exec(text);
  if (match === null) return undefined;
  const cost = { memory: Number(match[1]), passes: Number(match[2]), parallelism: Number(match[3]) };
  if (cost.memory < 8 || cost.memory > 1_048_576 || cost.passes < 1 || cost.parallelism < 1) return undefined;
  return { cost, salt: Buffer.from(match[4] ?? '', 'base64'), tag: Buffer.from(match[5] ?? '', 'base64') };
}

function turnstile(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= AT_ONCE) {
      if (waiting.length >= WAITING)
        throw new Problem('rate-limited', 'Too many people sign in at this moment. Try again in a minute.');
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
