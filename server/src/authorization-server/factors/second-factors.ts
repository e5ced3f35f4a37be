/** A person's second factors: what there is, what is added, and whether what was typed is right. A wrong code and a used one are one answer. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import {
  advanceFactor,
  deleteFactor,
  deleteFactors,
  type Factor,
  factorsOf,
  insertFactor,
  replaceRecoveryCodes,
  useRecoveryCode,
} from '../../storage/factors.ts';
import type { Database } from '../../storage/schema.ts';
import { newRecoveryCodes, recoveryHash } from './recovery-codes.ts';
import type { SecretSeal } from './secret-seal.ts';
import { matchingStep } from './totp.ts';

export interface FactorsOfPerson {
  readonly apps: readonly Factor[];
  readonly passkeys: readonly Factor[];
  readonly recoveryCodes: number;
  /** Whether there is one that can be asked for. Recovery codes alone are none. */
  readonly any: boolean;
}

export interface SecondFactors {
  of(personId: string): Promise<FactorsOfPerson>;
  /** 20 random bytes for a new authenticator app, sealed for this person, to travel through a form. */
  propose(personId: string): { readonly secret: Uint8Array; readonly sealed: string };
  proposed(personId: string, sealed: string): Uint8Array | undefined;
  /** Adds the app whose secret was proposed, if the code shows that it is set up. */
  addApp(personId: string, sealed: string, code: string, name: string): Promise<boolean>;
  /** A code of one of the person's apps; each counts once. */
  checkCode(personId: string, code: string): Promise<boolean>;
  /** Uses a recovery code up. */
  checkRecoveryCode(personId: string, code: string): Promise<boolean>;
  /** New ones; the old ones are void. */
  makeRecoveryCodes(personId: string): Promise<readonly string[]>;
  /** An app or a passkey of the person's own. */
  remove(personId: string, factorId: string): Promise<boolean>;
  removeAll(personId: string): Promise<void>;
}

export function secondFactors(use: {
  readonly db: Kysely<Database>;
  readonly seal: SecretSeal;
  readonly now: () => number;
}): SecondFactors {
  const { db, seal, now } = use;
  return {
    async of(personId) {
      const all = await factorsOf(db, personId);
      const apps = all.filter(({ kind }) => kind === 'totp');
      const passkeys = all.filter(({ kind }) => kind === 'passkey');
      const recoveryCodes = all.length - apps.length - passkeys.length;
      return { apps, passkeys, recoveryCodes, any: apps.length + passkeys.length > 0 };
    },
    propose(personId) {
      const secret = randomBytes(20);
      return { secret, sealed: seal.seal(secret, `proposed ${personId}`) };
    },
    proposed: (personId, sealed) => seal.open(sealed, `proposed ${personId}`),
    async addApp(personId, sealed, code, name) {
      const secret = seal.open(sealed, `proposed ${personId}`);
      const step = secret === undefined ? undefined : matchingStep(secret, code, now());
      if (secret === undefined || step === undefined) return false;
      return insertFactor(db, {
        id: randomUUID(),
        person_id: personId,
        kind: 'totp',
        name,
        secret: seal.seal(secret, personId),
        // The code that proved it is used up with it.
        counter: step,
      });
    },
    async checkCode(personId, code) {
      for (const app of (await factorsOf(db, personId)).filter(({ kind }) => kind === 'totp')) {
        const secret = seal.open(app.secret, personId);
        const step = secret === undefined ? undefined : matchingStep(secret, code, now());
        if (step !== undefined) return advanceFactor(db, app.id, step);
      }
      return false;
    },
    async checkRecoveryCode(personId, code) {
      const hash = recoveryHash(code);
      return hash !== undefined && useRecoveryCode(db, personId, hash);
    },
    async makeRecoveryCodes(personId) {
      const codes = newRecoveryCodes();
      await replaceRecoveryCodes(
        db,
        personId,
        codes.map((code) => ({
          id: randomUUID(),
          person_id: personId,
          kind: 'recovery' as const,
          name: 'recovery code',
          secret: recoveryHash(code) ?? '',
        })),
      );
      return codes;
    },
    remove: (personId, factorId) => deleteFactor(db, personId, factorId),
    removeAll: (personId) => deleteFactors(db, personId),
  };
}
