/** OAuth clients: listed, added, disabled, enabled, removed. A secret is shown once, in the answer that made it. */
import { randomBytes, randomUUID } from 'node:crypto';
import { Problem, parseScopes } from '@fireguard/engine';
import { z } from 'zod';
import { publicJwks } from '../authorization-server/registration/public-jwks.ts';
import { redirectUri } from '../authorization-server/registration/redirect-uri.ts';
import { type Client, clientById, insertClient, listClients, setClientDisabled } from '../storage/clients.ts';
import { tokenHash } from '../token/token-hash.ts';
import { perform } from './act.ts';
import type { AdminApiDependencies } from './admin-api.ts';
import { type AdminRoute, adminRoute } from './admin-route.ts';
import { clientProtocol, protocolProblems } from './client-protocol.ts';
import { display, idParams, role } from './words.ts';

const kind = z.enum(['public', 'symmetric', 'asymmetric', 'backend']);

const client = z.object({
  id: z.string(),
  name: z.string(),
  kind,
  redirectUris: z.array(z.string()),
  scope: z.string(),
  roles: z.array(z.string()),
  jwksUri: z.string().nullable(),
  protocol: clientProtocol,
  keys: z.array(z.object({ kid: z.string().optional(), kty: z.string() })),
  disabled: z.boolean(),
  createdAt: z.iso.datetime(),
});

const scope = z
  .string()
  .max(4000)
  .refine((text) => parseScopes(text).every((one) => one.kind !== 'invalid'), 'One of the scopes is not a SMART scope.')
  .describe('Space-delimited SMART scopes that it may ask for; never a permit by itself.');

const newClient = z
  .strictObject({
    id: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{2,63}$/, 'A client id is 3 to 64 letters, digits and . _ -.')
      .optional(),
    name: display,
    kind,
    redirectUris: z.array(redirectUri).max(20).default([]),
    scope: scope.default(''),
    roles: z.array(role).max(20).default([]).describe('Roles of a backend service.'),
    jwks: publicJwks.optional(),
    jwksUri: z
      .url({ protocol: /^https$/ })
      .max(2000)
      .optional(),
    protocol: clientProtocol.default({}).describe('What it may vary beyond its kind.'),
  })
  .superRefine((value, context) => {
    const app = value.kind !== 'backend';
    const complain = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (app && value.redirectUris.length === 0) complain('redirectUris', 'An app needs at least one redirect address.');
    if (!app && value.redirectUris.length > 0) complain('redirectUris', 'A backend service has no redirect address.');
    if (app && value.roles.length > 0)
      complain('roles', 'Only a backend service has roles; in an app the person’s roles count.');
    const keyed = value.kind === 'asymmetric' || value.kind === 'backend';
    const byAuthority = value.protocol.mutualTls?.kind === 'authority';
    if (keyed && !byAuthority && (value.jwks === undefined) === (value.jwksUri === undefined))
      complain('jwks', 'Give exactly one of jwks and jwksUri.');
    if (!keyed && (value.jwks !== undefined || value.jwksUri !== undefined))
      complain('jwks', 'A client of this kind has no keys.');
    for (const problem of protocolProblems(value.kind, value.protocol)) complain('protocol', problem);
  });

export function clientRoutes(use: AdminApiDependencies): readonly AdminRoute[] {
  const { db } = use;
  const known = async (id: string): Promise<Client> => {
    const found = await clientById(db, id);
    if (found === undefined) throw new Problem('not-found', 'There is no such client.');
    return found;
  };
  const switchTo = (disabled: boolean) =>
    adminRoute({
      id: disabled ? 'disableClient' : 'enableClient',
      method: 'POST',
      path: `/clients/{id}/${disabled ? 'disable' : 'enable'}`,
      summary: disabled ? 'Disable a client: its live tokens end at once' : 'Enable a client again',
      right: 'administer',
      params: idParams,
      answer: client,
      status: 200,
      async run(call) {
        const { id, name } = await known(call.params.id);
        const act = {
          action: disabled ? 'client-disabled' : 'client-enabled',
          reason: `${disabled ? 'Disabled' : 'Enabled'} the client ${name} (${id}).`,
        };
        return perform(use.auditLog, call, act, async () => {
          await setClientDisabled(db, id, disabled);
          if (disabled) await use.revocation.byClient(id);
          else await use.cluster.announce({ kind: 'client', id });
          return shown(await known(id));
        });
      },
    });

  return [
    adminRoute({
      id: 'listClients',
      method: 'GET',
      path: '/clients',
      summary: 'All clients, by id',
      right: 'look',
      answer: z.object({ clients: z.array(client) }),
      status: 200,
      run: async () => ({ clients: (await listClients(db)).map(shown) }),
    }),
    adminRoute({
      id: 'addClient',
      method: 'POST',
      path: '/clients',
      summary: 'Register a client',
      right: 'administer',
      body: newClient,
      answer: client.extend({ secret: z.string().optional().describe('Of a symmetric client; shown in this answer only.') }),
      status: 201,
      async run(call) {
        const { body } = call;
        const id = body.id ?? randomUUID();
        const secret = body.kind === 'symmetric' ? randomBytes(32).toString('base64url') : undefined;
        return perform(
          use.auditLog,
          call,
          { action: 'client-added', reason: `Registered the ${body.kind} client ${body.name} (${id}).` },
          async () => {
            const row = await insertClient(db, {
              id,
              name: body.name,
              kind: body.kind,
              secret_hash: secret === undefined ? null : tokenHash(secret),
              jwks: body.jwks === undefined ? null : JSON.stringify(body.jwks),
              jwks_uri: body.jwksUri ?? null,
              redirect_uris: body.redirectUris,
              scope: body.scope,
              roles: body.roles,
              disabled: false,
              protocol: JSON.stringify(body.protocol),
            });
            if (row === undefined) throw new Problem('write-conflict', 'This client id is taken.');
            await use.cluster.announce({ kind: 'client', id });
            return { ...shown(row), ...(secret === undefined ? {} : { secret }) };
          },
        );
      },
    }),
    switchTo(true),
    switchTo(false),
    adminRoute({
      id: 'removeClient',
      method: 'DELETE',
      path: '/clients/{id}',
      summary: 'Remove a client for good; what it did stays in the audit',
      right: 'administer',
      params: idParams,
      answer: z.object({ id: z.string() }),
      status: 200,
      async run(call) {
        const { id, name } = await known(call.params.id);
        return perform(
          use.auditLog,
          call,
          { action: 'client-removed', reason: `Removed the client ${name} (${id}).` },
          async () => {
            await setClientDisabled(db, id, true);
            await use.revocation.byClient(id);
            await db.deleteFrom('client').where('id', '=', id).execute();
            await use.cluster.announce({ kind: 'client', id });
            return { id };
          },
        );
      },
    }),
  ];
}

/** INVARIANT: no secret, nor its hash; of keys, only their names. */
function shown(row: Client): z.infer<typeof client> {
  const keys = (row.jwks?.keys ?? []) as readonly { kid?: string; kty?: string }[];
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    redirectUris: row.redirect_uris,
    scope: row.scope,
    roles: row.roles,
    jwksUri: row.jwks_uri,
    protocol: clientProtocol.parse(row.protocol),
    keys: keys.map(({ kid, kty }) => ({ ...(kid === undefined ? {} : { kid }), kty: kty ?? '' })),
    disabled: row.disabled,
    createdAt: row.created_at.toISOString(),
  };
}
