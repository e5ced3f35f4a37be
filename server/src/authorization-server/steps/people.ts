/** What the steps of signing in need beside what every step needs. */

import type { Glasses } from '../../break-glass/glasses.ts';
import type { Cluster } from '../../storage/cluster.ts';
import type { TokenRevocation } from '../../token/revoke.ts';
import type { Accounts } from '../accounts.ts';
import type { ExternalProvider } from '../external/external-provider.ts';
import type { Passkeys } from '../factors/passkeys.ts';
import type { SecondFactors } from '../factors/second-factors.ts';
import type { SecretSeal } from '../factors/secret-seal.ts';
import type { PasswordRules } from '../password-rules.ts';
import type { Passwords } from '../passwords.ts';
import type { Throttle } from '../throttle.ts';
import type { StepDependencies } from './step.ts';

/** Of the pages that break the glass. */
export interface GlassDependencies extends PeopleDependencies {
  readonly glasses: Glasses;
  /** What somebody without a second factor may show in its place. */
  readonly glassStepUp: 'second-factor' | 'password';
}

export interface PeopleDependencies extends StepDependencies {
  readonly passwords: Passwords;
  readonly rules: PasswordRules;
  readonly throttle: Throttle;
  readonly seal: SecretSeal;
  readonly cluster: Pick<Cluster, 'announce'>;
  readonly revocation: TokenRevocation;
  readonly accounts: Accounts;
  readonly factors: SecondFactors;
  readonly passkeys: Passkeys;
  readonly secondFactorRoles: readonly string[];
  readonly providers: readonly ExternalProvider[];
}
