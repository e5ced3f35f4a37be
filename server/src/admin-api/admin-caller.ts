/** Who asks the admin API, and what each may do there. */

/** `administer`: people, clients, relations. `audit`: the trail. `consents`: what patients want. `look`: lists and state, for both offices. */
export type AdminRight = 'administer' | 'audit' | 'consents' | 'look';

export interface AdminCaller {
  /** `local`: the Unix socket. `token`: the static admin token. `person`: somebody signed in. */
  readonly kind: 'local' | 'token' | 'person';
  readonly name: string;
  readonly person: { readonly id: string; readonly fhirUser: string | undefined } | undefined;
  readonly client: { readonly id: string; readonly name: string } | undefined;
  readonly token: { readonly id: string; readonly issuer: string } | undefined;
  readonly roles: readonly string[];
}

const byRole: Readonly<Record<string, readonly AdminRight[]>> = Object.freeze({
  'security-administrator': ['administer', 'look'],
  'privacy-officer': ['audit', 'consents', 'look'],
});

export function rightsOf(caller: AdminCaller): readonly AdminRight[] {
  switch (caller.kind) {
    case 'local':
    case 'token':
      return ['administer', 'audit', 'consents', 'look'];
    case 'person':
      return caller.roles.flatMap((role) => (Object.hasOwn(byRole, role) ? byRole[role]! : []));
  }
}

/** Whoever opens the socket: its file's permission is the authentication. */
export const localAdministrator: AdminCaller = Object.freeze({
  kind: 'local',
  name: 'Local administrator',
  person: undefined,
  client: undefined,
  token: undefined,
  roles: Object.freeze([]),
});
