/** The purposes of use of a caller whose token names none: what the site says that their roles are for (requirements 3.5). */
import { type Caller, type Coding, normalisePurpose, purposeSystem } from '@fireguard/engine';
import type { PurposesSettings } from './config.ts';

/** INVARIANT: breaking the glass is declared, never had by a role (D15); the configuration refuses it. */
export function purposesByRole({ byRole }: PurposesSettings): (caller: Caller) => Caller {
  const purposes = new Map(
    Object.entries(byRole).map(([role, code]) => [role, normalisePurpose({ system: purposeSystem, code })!] as const),
  );
  if (purposes.size === 0) return (caller) => caller;
  return (caller) => {
    if (caller.purposes.length > 0) return caller;
    const found = new Map<string, Coding>();
    for (const role of caller.roles) {
      const purpose = purposes.get(role);
      if (purpose !== undefined) found.set(purpose.code, purpose);
    }
    return found.size === 0 ? caller : Object.freeze({ ...caller, purposes: Object.freeze([...found.values()]) });
  };
}
