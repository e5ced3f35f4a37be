/** OAuth clients: listed, shown, added, changed, disabled, enabled, removed. A secret is shown once, in the answer that made it. */
import { randomBytes, randomUUID } from 'node:crypto';
import { narrow, Problem, parseScopes } from '@fireguard/engine';
import { z } from 'zod';
import { type Client, changeClient, clientById, insertClient, listClients, setClientDisabled } from '../storage/clients.ts';
import { tokenHash } from '../token/token-hash.ts';
import { perform } from './act.ts';
import type { AdminApiDependencies } from './admin-api.ts';
import { type AdminRoute, adminRoute } from './admin-route.ts';
import { clientProtocol } from './client-protocol.ts';
import { changedClient, clientKind, clientProblems, newClient } from './client-registration.ts';
import { idParams } from './words.ts';

const client = z.object({
  id: z.string(),
  name: z.string(),
  kind: clientKind,
  redirectUris: z.array(z.string()),
  scope: z.string(),
  roles: z.array(z.string()),
  identity: z.string().nullable().describe('The FHIR resource that a backend service is.'),
  jwksUri: z.string().nullable(),
  protocol: clientProtocol,
  keys: z.array(z.object({ kid: z.string().optional(), kty: z.string() })),
  jwks: z
    .object({ keys: z.array(z.record(z.string(), z.unknown())) })
    .nullable()
    .describe('Public keys, as registered.'),
  disabled: z.boolean(),
  createdAt: z.iso.datetime(),
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
              fhir_identity: body.identity ?? null,
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
    adminRoute({
      id: 'showClient',
      method: 'GET',
      path: '/clients/{id}',
      summary: 'One client',
      right: 'look',
      params: idParams,
      answer: client,
      status: 200,
      run: async (call) => shown(await known(call.params.id)),
    }),
    adminRoute({
      id: 'changeClient',
      method: 'PUT',
      path: '/clients/{id}',
      summary: 'Give a client another registration; its kind and secret stay, and what it holds ends where it may do less',
      right: 'administer',
      params: idParams,
      body: changedClient,
      answer: client,
      status: 200,
      async run(call) {
        const { body } = call;
        const before = await known(call.params.id);
        for (const { path, message } of clientProblems({ ...body, kind: before.kind }))
          throw new Problem('parameter-invalid', `The body is not right at ${path}: ${message}`);
        const act = { action: 'client-changed', reason: `Changed the registration of ${before.name} (${before.id}).` };
        return perform(use.auditLog, call, act, async () => {
          await changeClient(db, before.id, {
            name: body.name,
            jwks: body.jwks === undefined ? null : JSON.stringify(body.jwks),
            jwks_uri: body.jwksUri ?? null,
            redirect_uris: body.redirectUris,
            scope: body.scope,
            roles: body.roles,
            fhir_identity: body.identity ?? null,
            protocol: JSON.stringify(body.protocol),
          });
          const less = narrow(parseScopes(before.scope), parseScopes(body.scope)).join(' ') !== before.scope;
          // Roles are read anew with every token; what a token says of scopes is not.
          if (less) await use.revocation.byClient(before.id);
          else await use.cluster.announce({ kind: 'client', id: before.id });
          return shown(await known(before.id));
        });
      },
    }),
    adminRoute({
      id: 'renewSecret',
      method: 'POST',
      path: '/clients/{id}/secret',
      summary: 'Another secret for a symmetric client; the old one is worth nothing at once',
      right: 'administer',
      params: idParams,
      answer: z.object({ id: z.string(), secret: z.string().describe('Shown in this answer only.') }),
      status: 200,
      async run(call) {
        const { id, name, kind: its } = await known(call.params.id);
        if (its !== 'symmetric') throw new Problem('request-not-understood', 'Only a symmetric client has a secret.');
        const secret = randomBytes(32).toString('base64url');
        const act = { action: 'client-secret-renewed', reason: `Made another secret for ${name} (${id}).` };
        return perform(use.auditLog, call, act, async () => {
          await changeClient(db, id, { secret_hash: tokenHash(secret) });
          await use.cluster.announce({ kind: 'client', id });
          return { id, secret };
        });
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

/** INVARIANT: no secret, nor its hash; keys are public ones. */
function shown(row: Client): z.infer<typeof client> {
  const keys = (row.jwks?.keys ?? []) as readonly { kid?: string; kty?: string }[];
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    redirectUris: row.redirect_uris,
    scope: row.scope,
    roles: row.roles,
    identity: row.fhir_identity,
    jwksUri: row.jwks_uri,
    protocol: clientProtocol.parse(row.protocol),
    jwks: row.jwks === null ? null : { keys: row.jwks.keys.map((key) => ({ ...key })) },
    keys: keys.map(({ kid, kty }) => ({ ...(kid === undefined ? {} : { kid }), kty: kty ?? '' })),
    disabled: row.disabled,
    createdAt: row.created_at.toISOString(),
  };
}
