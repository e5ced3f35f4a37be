/**
 * A checkpoint: "at this moment the chain ended with this hash", signed with Ed25519 (RFC 8032). Kept where whoever can write journal and database
 * cannot, it fixes everything before it: a chain that was computed anew, or cut short of it, no longer fits.
 */
import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

export interface Checkpoint {
  readonly chain: string;
  /** The last record, and its hash. */
  readonly seq: number;
  readonly hash: string;
  /** How far the database had come. */
  readonly copied: number;
  /** ISO 8601. */
  readonly at: string;
}

/** One line of JSON, without the newline. */
export function writeCheckpoint(checkpoint: Checkpoint, key: KeyObject): string {
  const signature = sign(null, signed(checkpoint), key).toString('base64url');
  const { chain, seq, hash, copied, at } = checkpoint;
  return JSON.stringify({ checkpoint: 1, chain, seq, hash, copied, at, signature });
}

/** Undefined: not a checkpoint, or not signed with this key. */
export function readCheckpoint(line: string, key: KeyObject): Checkpoint | undefined {
  try {
    const { checkpoint, chain, seq, hash, copied, at, signature } = JSON.parse(line) as Record<string, unknown>;
    const found = { chain, seq, hash, copied, at } as Checkpoint;
    const shaped =
      checkpoint === 1 &&
      [chain, hash, at, signature].every((one) => typeof one === 'string') &&
      [seq, copied].every((one) => Number.isSafeInteger(one));
    if (!shaped || !verify(null, signed(found), publicKeyOf(key), Buffer.from(String(signature), 'base64url')))
      return undefined;
    return Object.freeze(found);
  } catch {
    return undefined;
  }
}

/** The checkpoints of a file of lines. Throws Error at the first line that is none. */
export function readCheckpoints(text: string, key: KeyObject): readonly Checkpoint[] {
  return text
    .split('\n')
    .map((line, index) => ({ line: line.trim(), number: index + 1 }))
    .filter(({ line }) => line !== '')
    .map(({ line, number }) => {
      const checkpoint = readCheckpoint(line, key);
      if (checkpoint === undefined)
        throw new Error(
          `line ${number} of the checkpoints is not signed with this key: it was changed, or belongs to another Fireguard`,
        );
      return checkpoint;
    });
}

function signed({ chain, seq, hash, copied, at }: Checkpoint): Uint8Array {
  return Buffer.from(`fireguard-audit-checkpoint-1\n${chain}\n${seq}\n${hash}\n${copied}\n${at}`);
}

const publicKeyOf = (key: KeyObject): KeyObject => (key.type === 'private' ? createPublicKey(key) : key);
