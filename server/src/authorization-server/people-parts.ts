/** Builds what signing in needs: second factors and their seal, passkeys, the throttle, other providers. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Cluster } from '../storage/cluster.ts';
import type { KeyStore } from '../storage/keys.ts';
import type { Database } from '../storage/schema.ts';
import { externalProvider } from './external/external-provider.ts';
import { passkeys } from './factors/passkeys.ts';
import { secondFactors } from './factors/second-factors.ts';
import { secretSeal } from './factors/secret-seal.ts';
import { type PasswordRules, passwordRules } from './password-rules.ts';
import type { SignInSettings } from './sign-in-settings.ts';
import type { PeopleDependencies } from './steps/people.ts';
import { createThrottle } from './throttle.ts';

type Parts = Pick<
  PeopleDependencies,
  'factors' | 'passkeys' | 'seal' | 'rules' | 'throttle' | 'providers' | 'secondFactorRoles' | 'cluster'
>;

export async function peopleParts(use: {
  readonly db: Kysely<Database>;
  readonly keys: KeyStore;
  readonly cluster: Pick<Cluster, 'announce'>;
  readonly issuer: string;
  /** As authenticators show it. */
  readonly name: string;
  /** Signs challenges, and names what is counted. */
  readonly key: string;
  readonly settings: SignInSettings;
  readonly rules: PasswordRules | undefined;
  readonly now: () => number;
}): Promise<Parts> {
  const { db, cluster, issuer, name, key, settings, now } = use;
  const sealing = await use.keys.keysFor('factor', () => ({
    id: randomUUID(),
    jwk: { kty: 'oct', k: randomBytes(32).toString('base64url') },
  }));
  const seal = secretSeal(sealing.map(({ jwk }) => Buffer.from(String(jwk['k']), 'base64url')));
  return {
    cluster,
    seal,
    factors: secondFactors({ db, seal, now }),
    passkeys: passkeys({ db, issuer, name, key, now }),
    rules: use.rules ?? passwordRules(undefined),
    throttle: createThrottle(db, key),
    providers: settings.providers.map((one) => externalProvider(one, issuer)),
    secondFactorRoles: settings.secondFactorRoles,
  };
}
