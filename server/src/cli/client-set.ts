/** `fireguard client set NAME` */
import { adminClient } from './admin-client.ts';
import { keySet, parsedProtocol } from './client-words.ts';
import { clientNamed } from './clients.ts';
import { type Command, homeOption } from './command.ts';
import { safeText } from './table.ts';

interface WholeClient {
  readonly id: string;
  readonly name: string;
  readonly redirectUris: readonly string[];
  readonly scope: string;
  readonly roles: readonly string[];
  readonly identity: string | null;
  readonly jwksUri: string | null;
  readonly jwks: unknown;
  readonly protocol: unknown;
}

export const clientSet: Command = {
  name: 'client set',
  summary: 'Change what a client is registered for; what is not given stays. Where it may do less, what it holds ends',
  arguments: ['NAME'],
  options: {
    name: { type: 'string', value: 'NAME', what: 'name as people see it' },
    'redirect-uri': { type: 'string', multiple: true, value: 'URI', what: 'all addresses that it may send people back to' },
    scope: { type: 'string', value: 'SCOPES', what: 'what it may ask for' },
    role: { type: 'string', multiple: true, value: 'ROLE', what: 'all roles of a backend service' },
    identity: { type: 'string', value: 'REFERENCE', what: 'the FHIR resource that a backend service is; none = no one' },
    jwks: { type: 'string', value: 'FILE', what: 'its public keys (JWK Set)' },
    'jwks-uri': { type: 'string', value: 'URL', what: 'where its public keys are' },
    protocol: { type: 'string', value: 'JSON', what: 'what it varies beyond its kind, whole' },
    home: homeOption,
  },
  async run(given, out) {
    const admin = adminClient(given.text('home'));
    const { id } = await clientNamed(admin, given.rest[0]!);
    const before = await admin.call<WholeClient>('GET', `/admin/clients/${id}`);
    const [uris, roles] = [given.all('redirect-uri'), given.all('role')];
    const [jwksFile, protocol] = [given.text('jwks'), given.text('protocol')];
    const jwksUri = given.text('jwks-uri') ?? (jwksFile === undefined ? (before.jwksUri ?? undefined) : undefined);
    const jwks = jwksFile === undefined ? (jwksUri === undefined ? before.jwks : undefined) : await keySet(jwksFile);
    const identity = given.text('identity') ?? before.identity ?? 'none';
    await admin.call('PUT', `/admin/clients/${id}`, {
      name: given.text('name') ?? before.name,
      redirectUris: uris.length === 0 ? before.redirectUris : uris,
      scope: given.text('scope') ?? before.scope,
      roles: roles.length === 0 ? before.roles : roles,
      ...(identity === 'none' ? {} : { identity }),
      ...(jwksUri === undefined ? {} : { jwksUri }),
      ...(jwks === undefined || jwks === null ? {} : { jwks }),
      protocol: protocol === undefined ? before.protocol : parsedProtocol(protocol),
    });
    out.print(`Changed ${safeText(before.name)} (${id}).`);
    return 0;
  },
};
