/**
 * Passkeys (WebAuthn Level 3). The owner unlocks one (user verification), so that it is two factors at once. INVARIANT: a challenge is ours, fresh,
 * and of this login step or session; a signature counter that does not move ahead where it has moved before is a copy, and refused.
 */
import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import type { Kysely } from 'kysely';
import { advanceFactor, factorsOf, insertFactor, passkeyByCredential, touchFactor } from '../../storage/factors.ts';
import type { Database } from '../../storage/schema.ts';

export interface PasskeyProof {
  readonly personId: string;
  /** RFC 8176: in hardware that cannot give it away, or synchronised. */
  readonly amr: readonly string[];
}

export interface Passkeys {
  /** False where the issuer is an IP address: browsers give passkeys to names only. */
  readonly usable: boolean;
  /** Options for `navigator.credentials.get`, as JSON. Without a person the browser offers whatever passkeys it has for us. */
  ask(place: string, personId: string | undefined): Promise<string>;
  /** Whose passkey answered; undefined when it is not right for any reason. With `personId`, only theirs counts. */
  check(place: string, answer: string, personId: string | undefined): Promise<PasskeyProof | undefined>;
  /** Options for `navigator.credentials.create`, as JSON. */
  propose(place: string, person: { readonly id: string; readonly name: string; readonly username: string }): Promise<string>;
  /** Keeps the new passkey, if the answer is right. */
  add(place: string, personId: string, answer: string, name: string): Promise<boolean>;
}

const FRESH_MS = 300_000;
const LONGEST_ANSWER = 20_000;
/** EdDSA, ES256, RS256: what authenticators have. */
const ALGORITHMS = [-8, -7, -257];

/** `place`: id of the login step or session that a challenge belongs to. */
export function passkeys(use: {
  readonly db: Kysely<Database>;
  readonly issuer: string;
  /** Shown by the authenticator. */
  readonly name: string;
  readonly key: string;
  readonly now: () => number;
}): Passkeys {
  const { db, issuer, now } = use;
  const rpID = new URL(issuer).hostname;
  const challenges = challengesOf(use.key, now);
  const transportsOf = (list: readonly string[]) => ({ transports: [...list] as 'usb'[] });

  return {
    usable: isIP(rpID.replace(/^\[|\]$/g, '')) === 0,
    async ask(place, personId) {
      const own =
        personId === undefined ? [] : (await factorsOf(db, personId)).filter((factor) => factor.credential_id !== null);
      const options = await generateAuthenticationOptions({
        rpID,
        challenge: challenges.make(place),
        userVerification: 'required',
        allowCredentials: own.map((factor) => ({ id: factor.credential_id ?? '', ...transportsOf(factor.transports) })),
      });
      return JSON.stringify(options);
    },
    async check(place, answer, personId) {
      const response = parsed(answer);
      const known = response === undefined ? undefined : await passkeyByCredential(db, response.id);
      if (response === undefined || known === undefined) return undefined;
      if (personId !== undefined && known.person_id !== personId) return undefined;
      const verified = await verifyAuthenticationResponse({
        response: response as unknown as Parameters<typeof verifyAuthenticationResponse>[0]['response'],
        expectedChallenge: (challenge) => challenges.isOurs(place, challenge),
        expectedOrigin: issuer,
        expectedRPID: rpID,
        requireUserVerification: true,
        credential: {
          id: known.credential_id ?? '',
          publicKey: new Uint8Array(Buffer.from(known.secret, 'base64url')),
          counter: Number(known.counter),
          ...transportsOf(known.transports),
        },
      }).catch(() => undefined);
      if (verified?.verified !== true) return undefined;
      const { newCounter, credentialDeviceType } = verified.authenticationInfo;
      // Many passkeys keep no counter (0): the fresh challenge is what stops a replay there.
      if (newCounter === 0 && Number(known.counter) === 0) await touchFactor(db, known.id);
      else if (!(await advanceFactor(db, known.id, newCounter))) return undefined;
      return { personId: known.person_id, amr: [credentialDeviceType === 'singleDevice' ? 'hwk' : 'swk', 'user', 'mfa'] };
    },
    async propose(place, person) {
      const own = (await factorsOf(db, person.id)).filter((factor) => factor.credential_id !== null);
      const options = await generateRegistrationOptions({
        rpName: use.name,
        rpID,
        userName: person.username,
        userDisplayName: person.name,
        userID: new TextEncoder().encode(person.id),
        challenge: challenges.make(place),
        attestationType: 'none',
        supportedAlgorithmIDs: ALGORITHMS,
        excludeCredentials: own.map((factor) => ({ id: factor.credential_id ?? '' })),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      });
      return JSON.stringify(options);
    },
    async add(place, personId, answer, name) {
      const response = parsed(answer);
      if (response === undefined) return false;
      const verified = await verifyRegistrationResponse({
        response: response as unknown as Parameters<typeof verifyRegistrationResponse>[0]['response'],
        expectedChallenge: (challenge) => challenges.isOurs(place, challenge),
        expectedOrigin: issuer,
        expectedRPID: rpID,
        requireUserVerification: true,
        supportedAlgorithmIDs: ALGORITHMS,
      }).catch(() => undefined);
      if (verified?.verified !== true) return false;
      const { id, publicKey, counter, transports } = verified.registrationInfo.credential;
      return insertFactor(db, {
        id: randomUUID(),
        person_id: personId,
        kind: 'passkey',
        name,
        credential_id: id,
        secret: Buffer.from(publicKey).toString('base64url'),
        counter,
        transports: (transports ?? []).filter((one) => /^[a-z-]{1,20}$/.test(one)).slice(0, 8),
      });
    },
  };
}

function parsed(answer: string): { readonly id: string } | undefined {
  if (answer.length > LONGEST_ANSWER) return undefined;
  try {
    const value: unknown = JSON.parse(answer);
    const id = (value as { id?: unknown } | null)?.id;
    return typeof id === 'string' && id.length <= 1400 ? (value as { id: string }) : undefined;
  } catch {
    return undefined;
  }
}

/** Time, randomness and a MAC over both and the place: a challenge proves itself, and nothing has to be kept. */
function challengesOf(key: string, now: () => number) {
  const mac = (place: string, head: Buffer) =>
    createHmac('sha256', key).update(`passkey\n${place}\n`).update(head).digest().subarray(0, 16);
  return {
    make(place: string): Uint8Array<ArrayBuffer> {
      const head = Buffer.alloc(24, randomBytes(24));
      head.writeBigUInt64BE(BigInt(now()), 0);
      return new Uint8Array(Buffer.concat([head, mac(place, head)]));
    },
    isOurs(place: string, challenge: string): boolean {
      const bytes = Buffer.from(challenge, 'base64url');
      if (bytes.length !== 40) return false;
      const head = bytes.subarray(0, 24);
      const age = now() - Number(head.readBigUInt64BE(0));
      return timingSafeEqual(mac(place, head), bytes.subarray(24)) && age >= 0 && age <= FRESH_MS;
    },
  };
}
