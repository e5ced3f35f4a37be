/** What a new password must be (NIST SP 800-63B §3.1.1.2): long enough, not the username, not known to be stolen. No rule about kinds of letters. */
import type { BreachedList } from './breached-list.ts';

export type PasswordFault = 'short' | 'own-name' | 'breached';

export interface PasswordRules {
  /** Undefined: it may be used. */
  faultOf(password: string, username: string): Promise<PasswordFault | undefined>;
}

const SHORTEST = 8;

export function passwordRules(breached: BreachedList | undefined): PasswordRules {
  return {
    async faultOf(password, username) {
      const text = password.normalize('NFC');
      if ([...text].length < SHORTEST) return 'short';
      const name = username.normalize('NFC').toLowerCase();
      if (name.length >= 4 && text.toLowerCase().includes(name)) return 'own-name';
      return (await breached?.has(text)) === true ? 'breached' : undefined;
    },
  };
}
