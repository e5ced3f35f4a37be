/** Nobody: no token was presented. What nobody may see is for policy to say; by default that is nothing. */
import type { Caller } from '@fireguard/engine';

export function anonymousCaller(address: string): Caller {
  return Object.freeze<Caller>({
    kind: 'anonymous',
    client: undefined,
    user: undefined,
    roles: NONE,
    scopes: NONE,
    patient: undefined,
    purposes: NONE,
    token: undefined,
    address,
  });
}

const NONE: readonly never[] = Object.freeze([]);
