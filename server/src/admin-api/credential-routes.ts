/** Credentials that an administrator gives out, each shown once: initial access tokens (RFC 7591), API keys of services; and new signing keys. */
import { randomBytes } from 'node:crypto';
import { Problem, parseScopes } from '@fireguard/engine';
import { z } from 'zod';
import { clientById } from '../storage/clients.ts';
import { insertRegistrationToken } from '../storage/registration-tokens.ts';
import { rotateSigningKeys } from '../token/keys.ts';
import { tokenHash } from '../token/token-hash.ts';
import { perform } from './act.ts';
import type { AdminApiDependencies } from './admin-api.ts';
import { type AdminRoute, adminRoute } from './admin-route.ts';
import { display, idParams } from './words.ts';

const DAY_MS = 86_400_000;
const days = (most: number, usual: number) => z.int().min(1).max(most).default(usual).describe('Days that it lives.');

export function credentialRoutes(use: AdminApiDependencies): readonly AdminRoute[] {
  const now = use.now ?? Date.now;
  return [
    adminRoute({
      id: 'addRegistrationToken',
      method: 'POST',
      path: '/registration-tokens',
      summary: 'An initial access token, with which a developer registers clients (RFC 7591)',
      right: 'administer',
      body: z.strictObject({
        note: display.describe('For whom it is.'),
        scope: z
          .string()
          .min(1)
          .max(4000)
          .refine(
            (text) => parseScopes(text).every(({ kind }) => kind !== 'invalid'),
            'One of the scopes is not a SMART scope.',
          )
          .describe('The most that such a client may ask for.'),
        uses: z.int().min(1).max(100).default(1).describe('Clients that may be registered with it.'),
        days: days(90, 7),
      }),
      answer: z.object({ token: z.string().describe('Shown in this answer only.'), expiresAt: z.iso.datetime() }),
      status: 201,
      run: (call) =>
        perform(
          use.auditLog,
          call,
          { action: 'registration-token-added', reason: `Gave out an initial access token: ${call.body.note}.` },
          async () => {
            const { note, scope, uses } = call.body;
            const token = randomBytes(32).toString('base64url');
            const expiresAt = new Date(now() + call.body.days * DAY_MS);
            await insertRegistrationToken(use.db, { idHash: tokenHash(token), note, scope, uses, expiresAt });
            return { token, expiresAt: expiresAt.toISOString() };
          },
        ),
    }),
    adminRoute({
      id: 'addApiKey',
      method: 'POST',
      path: '/clients/{id}/api-keys',
      summary: 'An API key of a service: opens business data, never patients’ (R-021)',
      right: 'administer',
      params: idParams,
      body: z.strictObject({ days: days(366, 90) }),
      answer: z.object({ key: z.string().describe('Shown in this answer only.'), expiresAt: z.iso.datetime() }),
      status: 201,
      async run(call) {
        const client = await clientById(use.db, call.params.id);
        if (client?.kind !== 'backend') throw new Problem('not-found', 'There is no such service.');
        const act = { action: 'api-key-added', reason: `Gave out an API key of ${client.name} (${client.id}).` };
        return perform(use.auditLog, call, act, async () => {
          const key = randomBytes(32).toString('base64url');
          const expiresAt = new Date(now() + call.body.days * DAY_MS);
          await use.db
            .insertInto('api_key')
            .values({ id_hash: tokenHash(key), client_id: client.id, expires_at: expiresAt })
            .execute();
          return { key, expiresAt: expiresAt.toISOString() };
        });
      },
    }),
    adminRoute({
      id: 'removeApiKeys',
      method: 'DELETE',
      path: '/clients/{id}/api-keys',
      summary: 'All API keys of a service end at once',
      right: 'administer',
      params: idParams,
      answer: z.object({ removed: z.number() }),
      status: 200,
      run: (call) =>
        perform(
          use.auditLog,
          call,
          { action: 'api-keys-removed', reason: `Ended the API keys of ${call.params.id}.` },
          async () => {
            const result = await use.db.deleteFrom('api_key').where('client_id', '=', call.params.id).executeTakeFirst();
            return { removed: Number(result.numDeletedRows) };
          },
        ),
    }),
    adminRoute({
      id: 'rotateKeys',
      method: 'POST',
      path: '/keys/rotate',
      summary: 'New signing keys, on every node; the old ones stay published for a day',
      right: 'administer',
      answer: z.object({ keys: z.array(z.string()).describe('Their key ids.') }),
      status: 200,
      run: (call) =>
        perform(use.auditLog, call, { action: 'keys-rotated', reason: 'New signing keys.' }, async () => ({
          keys: [...(await rotateSigningKeys(use, now()))],
        })),
    }),
  ];
}
