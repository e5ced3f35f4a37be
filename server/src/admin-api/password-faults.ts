/** Why a password that an administrator gives is refused, in words. */
import type { PasswordFault } from '../authorization-server/password-rules.ts';

export const passwordFaults: Readonly<Record<PasswordFault, string>> = {
  short: 'The password is shorter than 8 characters.',
  'own-name': 'The password holds the username.',
  breached: 'The password stands in the list of stolen passwords.',
};
