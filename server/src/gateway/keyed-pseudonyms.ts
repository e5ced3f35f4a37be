/**
 * Pseudonyms that only we can undo (R-248). A synthetic IV (RFC 5297's idea): HMAC-SHA-256 over type and id gives both the first twelve bytes and the counter under
 * which the id is encrypted, so that the same id has the same pseudonym, and what we did not make does not open. Forty-eight bytes in the sixty-four letters that an
 * id may have: all are of one length. An id too long for that has a pseudonym that is only a hash, which nobody reads by.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Pseudonyms } from '@fireguard/engine';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.';
const places = new Map([...LETTERS].map((letter, index) => [letter, index]));
const IV = 12;
const ROOM = 36;
/** One byte says how long the id is. */
const LONGEST = ((ROOM - 1) * 8) / 6;
const MOST_DAYS = 365;

interface Keys {
  readonly mac: Buffer;
  readonly cipher: Buffer;
  readonly dates: Buffer;
}

/** `key`: 32 bytes, of this house alone. INVARIANT: it is never changed, or every pseudonym that was ever told would change. */
export function keyedPseudonyms(key: Uint8Array): Pseudonyms {
  if (key.length !== 32) throw new Error('a pseudonym key has 32 bytes');
  const known = new Map<string, Keys>();
  const keysOf = (project: string): Keys => {
    let keys = known.get(project);
    if (keys === undefined) {
      const all = Buffer.from(hkdfSync('sha256', key, Buffer.from('fireguard pseudonyms 1'), Buffer.from(project), 96));
      keys = { mac: all.subarray(0, 32), cipher: all.subarray(32, 64), dates: all.subarray(64) };
      known.set(project, keys);
    }
    return keys;
  };
  return Object.freeze<Pseudonyms>({
    of(project, type, id) {
      const keys = keysOf(project);
      const tag = createHmac('sha256', keys.mac).update(`${type}/${id}`).digest();
      const packed = pack(id);
      if (packed !== undefined) return toLetters(Buffer.concat([tag.subarray(0, IV), crypt(keys, tag, packed, true)]));
      return toLetters(createHmac('sha384', keys.mac).update(`long ${type}/${id}`).digest());
    },
    behind(project, type, pseudonym) {
      const bytes = fromLetters(pseudonym);
      if (bytes === undefined) return undefined;
      const keys = keysOf(project);
      const id = unpack(crypt(keys, bytes, bytes.subarray(IV), false));
      if (id === undefined) return undefined;
      const tag = createHmac('sha256', keys.mac).update(`${type}/${id}`).digest();
      return timingSafeEqual(tag.subarray(0, IV), bytes.subarray(0, IV)) ? id : undefined;
    },
    days(project, patient) {
      const drawn = createHmac('sha256', keysOf(project).dates).update(patient).digest().readUInt32BE();
      return -1 - (drawn % MOST_DAYS);
    },
  });
}

function crypt({ cipher }: Keys, tag: Buffer, bytes: Buffer, forward: boolean): Buffer {
  const counter = Buffer.concat([tag.subarray(0, IV), Buffer.alloc(4)]);
  const run = (forward ? createCipheriv : createDecipheriv)('aes-256-ctr', cipher, counter);
  return Buffer.concat([run.update(bytes), run.final()]);
}

/** Six bits a letter. Undefined: too long, or no id. */
function pack(id: string): Buffer | undefined {
  if (id.length > LONGEST || [...id].some((letter) => !places.has(letter))) return undefined;
  const bytes = fromSixes([...id].map((letter) => places.get(letter)!));
  return Buffer.concat([Buffer.from([id.length]), bytes, Buffer.alloc(ROOM - 1 - bytes.length)]);
}

function unpack(packed: Buffer): string | undefined {
  const length = packed[0]!;
  if (length === 0 || length > LONGEST) return undefined;
  const id = toLetters(packed.subarray(1)).slice(0, length);
  return pack(id)?.equals(packed) === true ? id : undefined;
}

function toLetters(bytes: Buffer): string {
  let text = '';
  for (let bit = 0; bit + 6 <= bytes.length * 8; bit += 6) {
    const pair = (bytes[bit >> 3]! << 8) | (bytes[(bit >> 3) + 1] ?? 0);
    text += LETTERS[(pair >> (10 - (bit & 7))) & 63]!;
  }
  return text;
}

function fromLetters(text: string): Buffer | undefined {
  if (text.length !== ((IV + ROOM) * 8) / 6 || [...text].some((letter) => !places.has(letter))) return undefined;
  return fromSixes([...text].map((letter) => places.get(letter)!));
}

function fromSixes(sixes: readonly number[]): Buffer {
  const bytes = Buffer.alloc(Math.ceil((sixes.length * 6) / 8));
  for (const [index, six] of sixes.entries()) {
    const bit = index * 6;
    const pair = six << (10 - (bit & 7));
    bytes[bit >> 3]! |= pair >> 8;
    if ((bit >> 3) + 1 < bytes.length) bytes[(bit >> 3) + 1]! |= pair & 0xff;
  }
  return bytes;
}
