/** `fireguard user show NAME` */
import { adminClient } from './admin-client.ts';
import { type Command, homeOption, jsonOption } from './command.ts';
import { personNamed, type ShownPerson } from './people.ts';
import { safeText } from './table.ts';

interface WholePerson extends ShownPerson {
  readonly factors: readonly { readonly kind: string; readonly count: number }[];
  readonly externalIdentities: readonly { readonly issuer: string; readonly subject: string }[];
  readonly sessions: number;
  readonly apps: readonly { readonly client: string; readonly scope: string; readonly connectedUntil: string | null }[];
}

const words: Readonly<Record<string, string>> = { totp: 'authenticator app', passkey: 'passkey', recovery: 'recovery code' };

export const userShow: Command = {
  name: 'user show',
  summary: 'A person: how they sign in, where they are signed in, which apps hold something',
  arguments: ['NAME'],
  options: { home: homeOption, json: jsonOption },
  async run(given, out) {
    const admin = adminClient(given.text('home'));
    const { id } = await personNamed(admin, given.rest[0]!);
    const person = await admin.call<WholePerson>('GET', `/admin/people/${id}`);
    if (given.flag('json')) out.print(JSON.stringify(person));
    else for (const line of lines(person)) out.print(safeText(line));
    return 0;
  },
};

function lines(person: WholePerson): readonly string[] {
  const factors = person.factors.map(({ kind, count }) => `${count} × ${words[kind] ?? kind}`);
  return [
    `${person.username}  ${person.name}  (${person.id})`,
    `State: ${person.disabled ? 'disabled' : 'enabled'}, since ${person.createdAt}`,
    `Roles: ${person.roles.join(', ') || 'none'}`,
    `FHIR resource: ${person.fhirUser ?? 'none'}`,
    `Second step: ${factors.join(', ') || 'none'}`,
    ...person.externalIdentities.map(({ issuer, subject }) => `Also signs in by ${issuer} as ${subject}`),
    `Sessions: ${person.sessions}`,
    ...person.apps.map(({ client, scope, connectedUntil }) => {
      const until = connectedUntil === null ? 'while it is used' : `until ${connectedUntil}`;
      return `App ${client}, ${until}: ${scope}`;
    }),
  ];
}
