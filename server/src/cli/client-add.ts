/** `fireguard client add` */
import { adminClient } from './admin-client.ts';
import { keySet, parsedProtocol } from './client-words.ts';
import type { ShownClient } from './clients.ts';
import { type Command, homeOption, jsonOption } from './command.ts';
import { safeText } from './table.ts';

export const clientAdd: Command = {
  name: 'client add',
  summary: 'Register an app or a backend service; a secret is shown once',
  options: {
    kind: {
      type: 'string',
      required: true,
      value: 'KIND',
      what: 'public, symmetric (secret), asymmetric (keys) or backend (service with keys)',
    },
    name: { type: 'string', required: true, value: 'NAME', what: 'name as people see it when they sign in' },
    id: { type: 'string', value: 'ID', what: 'client_id (default: one is made)' },
    'redirect-uri': { type: 'string', multiple: true, value: 'URI', what: 'where people are sent back to' },
    scope: {
      type: 'string',
      value: 'SCOPES',
      what: 'what it may ask for, such as "launch/patient patient/*.rs openid fhirUser"',
    },
    role: { type: 'string', multiple: true, value: 'ROLE', what: 'role of a backend service' },
    identity: {
      type: 'string',
      value: 'REFERENCE',
      what: 'the FHIR resource that a backend service is, such as Device/123 or Organization/7',
    },
    jwks: { type: 'string', value: 'FILE', what: 'its public keys (JWK Set)' },
    'jwks-uri': { type: 'string', value: 'URL', what: 'where its public keys are' },
    protocol: {
      type: 'string',
      value: 'JSON',
      what: 'what it varies beyond its kind, such as {"fapi":true} (see the admin API)',
    },
    home: homeOption,
    json: jsonOption,
  },
  async run(given, out) {
    const [id, scope, jwksFile, jwksUri, identity] = ['id', 'scope', 'jwks', 'jwks-uri', 'identity'].map((name) =>
      given.text(name),
    );
    const protocol = given.text('protocol');
    const added = await adminClient(given.text('home')).call<ShownClient & { readonly secret?: string }>(
      'POST',
      '/admin/clients',
      {
        kind: given.needed('kind'),
        name: given.needed('name'),
        redirectUris: given.all('redirect-uri'),
        roles: given.all('role'),
        ...(id === undefined ? {} : { id }),
        ...(scope === undefined ? {} : { scope }),
        ...(identity === undefined ? {} : { identity }),
        ...(jwksFile === undefined ? {} : { jwks: await keySet(jwksFile) }),
        ...(jwksUri === undefined ? {} : { jwksUri }),
        ...(protocol === undefined ? {} : { protocol: parsedProtocol(protocol) }),
      },
    );
    if (given.flag('json')) {
      out.print(JSON.stringify(added));
      return 0;
    }
    out.print(`Registered ${safeText(added.name)}. client_id: ${added.id}`);
    if (added.secret !== undefined) out.print(`client_secret, shown only now: ${added.secret}`);
    return 0;
  },
};
