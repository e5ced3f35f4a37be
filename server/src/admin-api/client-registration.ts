/** A client's registration as an administrator writes it, and what in it does not go together. */
import { parseScopes } from '@fireguard/engine';
import { z } from 'zod';
import { publicJwks } from '../authorization-server/registration/public-jwks.ts';
import { redirectUri } from '../authorization-server/registration/redirect-uri.ts';
import { clientProtocol, protocolProblems } from './client-protocol.ts';
import { clientIdentity, display, role } from './words.ts';

export const clientKind = z.enum(['public', 'symmetric', 'asymmetric', 'backend']);

const scope = z
  .string()
  .max(4000)
  .refine((text) => parseScopes(text).every((one) => one.kind !== 'invalid'), 'One of the scopes is not a SMART scope.')
  .describe('Space-delimited SMART scopes that it may ask for; never a permit by itself.');

export const changedClient = z.strictObject({
  name: display,
  redirectUris: z.array(redirectUri).max(20).default([]),
  scope: scope.default(''),
  roles: z.array(role).max(20).default([]).describe('Roles of a backend service.'),
  identity: clientIdentity.optional(),
  jwks: publicJwks.optional(),
  jwksUri: z
    .url({ protocol: /^https$/ })
    .max(2000)
    .optional(),
  protocol: clientProtocol.default({}).describe('What it may vary beyond its kind.'),
});

export const newClient = z
  .strictObject({
    id: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{2,63}$/, 'A client id is 3 to 64 letters, digits and . _ -.')
      .optional(),
    kind: clientKind,
    ...changedClient.shape,
  })
  .superRefine((value, context) => {
    for (const { path, message } of clientProblems(value)) context.addIssue({ code: 'custom', path: [path], message });
  });

type Registration = z.infer<typeof changedClient> & { readonly kind: z.infer<typeof clientKind> };

export function clientProblems(value: Registration): readonly { readonly path: string; readonly message: string }[] {
  const problems: { path: string; message: string }[] = [];
  const complain = (path: string, message: string) => problems.push({ path, message });
  const app = value.kind !== 'backend';
  if (app && value.redirectUris.length === 0) complain('redirectUris', 'An app needs at least one redirect address.');
  if (!app && value.redirectUris.length > 0) complain('redirectUris', 'A backend service has no redirect address.');
  if (app && value.roles.length > 0) complain('roles', 'Only a backend service has roles; in an app the person’s roles count.');
  if (app && value.identity !== undefined)
    complain('identity', 'Only a backend service is a FHIR resource; in an app the person is.');
  const keyed = value.kind === 'asymmetric' || value.kind === 'backend';
  const byAuthority = value.protocol.mutualTls?.kind === 'authority';
  if (keyed && !byAuthority && (value.jwks === undefined) === (value.jwksUri === undefined))
    complain('jwks', 'Give exactly one of jwks and jwksUri.');
  if (!keyed && (value.jwks !== undefined || value.jwksUri !== undefined))
    complain('jwks', 'A client of this kind has no keys.');
  for (const problem of protocolProblems(value.kind, value.protocol)) complain('protocol', problem);
  return problems;
}
