/** People who sign in: listed, added, disabled, enabled, given roles, removed. A disabled or removed person's live tokens end with the answer. */
import { randomBytes, randomUUID } from 'node:crypto';
import { Problem } from '@fireguard/engine';
import { z } from 'zod';
import { identitiesOfPerson, unlinkExternal } from '../storage/external-identities.ts';
import { deleteFactors, factorsOf } from '../storage/factors.ts';
import { insertPerson, listPeople, type Person, personById, setPersonDisabled, setPersonRoles } from '../storage/people.ts';
import { grantsOfPerson } from '../storage/person-grants.ts';
import { replaceRelations } from '../storage/relations.ts';
import { sessionsOfPerson } from '../storage/sessions.ts';
import { perform } from './act.ts';
import type { AdminApiDependencies } from './admin-api.ts';
import { type AdminRoute, adminRoute } from './admin-route.ts';
import { passwordFaults } from './password-faults.ts';
import { display, fhirUser, idParams, role, username } from './words.ts';

const person = z.object({
  id: z.string(),
  username: z.string(),
  name: z.string(),
  roles: z.array(z.string()),
  fhirUser: z.string().nullable(),
  disabled: z.boolean(),
  createdAt: z.iso.datetime(),
});

const newPerson = z.strictObject({
  username,
  name: display,
  roles: z.array(role).max(20).default([]),
  fhirUser: fhirUser.optional(),
  password: z
    .string()
    .min(8)
    .max(1000)
    .optional()
    .describe('At least 8 characters. Left out: one is made, and shown in this answer only.'),
});

export function peopleRoutes(use: AdminApiDependencies): readonly AdminRoute[] {
  const { db } = use;
  const known = async (id: string): Promise<Person> => {
    const found = await personById(db, id);
    if (found === undefined) throw new Problem('not-found', 'There is no such person.');
    return found;
  };
  const switchTo = (disabled: boolean) =>
    adminRoute({
      id: disabled ? 'disablePerson' : 'enablePerson',
      method: 'POST',
      path: `/people/{id}/${disabled ? 'disable' : 'enable'}`,
      summary: disabled ? 'Disable a person: signed out everywhere, live tokens end at once' : 'Enable a person again',
      right: 'administer',
      params: idParams,
      answer: person,
      status: 200,
      async run(call) {
        const { id, username: name } = await known(call.params.id);
        const act = {
          action: disabled ? 'user-disabled' : 'user-enabled',
          reason: `${disabled ? 'Disabled' : 'Enabled'} the person ${name}.`,
        };
        return perform(use.auditLog, call, act, async () => {
          await setPersonDisabled(db, id, disabled);
          if (disabled) await use.accounts.signOutEverywhere(id);
          else await use.cluster.announce({ kind: 'person', id });
          return shown(await known(id));
        });
      },
    });

  return [
    adminRoute({
      id: 'listPeople',
      method: 'GET',
      path: '/people',
      summary: 'All people, by username',
      right: 'look',
      answer: z.object({ people: z.array(person) }),
      status: 200,
      run: async () => ({ people: (await listPeople(db)).map(shown) }),
    }),
    adminRoute({
      id: 'addPerson',
      method: 'POST',
      path: '/people',
      summary: 'Add a person',
      right: 'administer',
      body: newPerson,
      answer: person.extend({ password: z.string().optional().describe('Only when it was made here.') }),
      status: 201,
      async run(call) {
        const { body } = call;
        const fault = body.password === undefined ? undefined : await use.rules.faultOf(body.password, body.username);
        if (fault !== undefined) throw new Problem('request-not-understood', passwordFaults[fault]);
        const made = body.password === undefined ? randomBytes(15).toString('base64url') : undefined;
        const id = randomUUID();
        return perform(
          use.auditLog,
          call,
          { action: 'user-added', reason: `Added the person ${body.username} with ${rolesText(body.roles)}.` },
          async () => {
            const row = await insertPerson(db, {
              id,
              username: body.username,
              name: body.name,
              password_hash: await use.passwords.hash(body.password ?? made!),
              roles: body.roles,
              fhir_user: body.fhirUser ?? null,
              disabled: false,
            });
            if (row === undefined) throw new Problem('write-conflict', 'This username is taken.');
            await use.cluster.announce({ kind: 'person', id });
            return { ...shown(row), ...(made === undefined ? {} : { password: made }) };
          },
        );
      },
    }),
    adminRoute({
      id: 'showPerson',
      method: 'GET',
      path: '/people/{id}',
      summary: 'One person, how they sign in, and what they are signed in to',
      right: 'look',
      params: idParams,
      answer: person.extend({
        factors: z.array(z.object({ kind: z.enum(['totp', 'passkey', 'recovery']), count: z.int() })),
        externalIdentities: z.array(z.object({ issuer: z.string(), subject: z.string() })),
        sessions: z.int().describe('How many live; GET /people/{id}/sessions lists them.'),
        apps: z.array(z.object({ client: z.string(), scope: z.string(), connectedUntil: z.iso.datetime().nullable() })),
      }),
      status: 200,
      async run(call) {
        const row = await known(call.params.id);
        const factors = await factorsOf(db, row.id);
        const kinds = (['totp', 'passkey', 'recovery'] as const).map((kind) => ({
          kind,
          count: factors.filter((one) => one.kind === kind).length,
        }));
        return {
          ...shown(row),
          factors: kinds.filter(({ count }) => count > 0),
          externalIdentities: await identitiesOfPerson(db, row.id),
          sessions: (await sessionsOfPerson(db, row.id)).length,
          apps: (await grantsOfPerson(db, row.id)).map(({ clientId, scope, connectedUntil }) => ({
            client: clientId,
            scope,
            connectedUntil: connectedUntil?.toISOString() ?? null,
          })),
        };
      },
    }),
    switchTo(true),
    switchTo(false),
    adminRoute({
      id: 'setRoles',
      method: 'PUT',
      path: '/people/{id}/roles',
      summary: 'Give a person exactly these roles; live tokens follow at their next request',
      right: 'administer',
      params: idParams,
      body: z.strictObject({ roles: z.array(role).max(20) }),
      answer: person,
      status: 200,
      async run(call) {
        const { id, username: name } = await known(call.params.id);
        return perform(
          use.auditLog,
          call,
          { action: 'user-roles-set', reason: `Gave ${name} ${rolesText(call.body.roles)}.` },
          async () => {
            await setPersonRoles(db, id, call.body.roles);
            await use.cluster.announce({ kind: 'person', id });
            return shown(await known(id));
          },
        );
      },
    }),
    adminRoute({
      id: 'removePerson',
      method: 'DELETE',
      path: '/people/{id}',
      summary: 'Remove a person for good; what they did stays in the audit',
      right: 'administer',
      params: idParams,
      answer: z.object({ id: z.string() }),
      status: 200,
      async run(call) {
        const { id, username: name } = await known(call.params.id);
        return perform(use.auditLog, call, { action: 'user-removed', reason: `Removed the person ${name}.` }, async () => {
          // Disabled first: from here on nothing of theirs is taken, whatever fails afterwards.
          await setPersonDisabled(db, id, true);
          await use.accounts.signOutEverywhere(id);
          await replaceRelations(db, id, []);
          await deleteFactors(db, id);
          await unlinkExternal(db, id);
          await db.deleteFrom('person').where('id', '=', id).execute();
          await use.cluster.announce({ kind: 'person', id });
          await use.cluster.announce({ kind: 'relation', id });
          return { id };
        });
      },
    }),
  ];
}

/** INVARIANT: the password's hash never leaves. */
function shown(row: Person): z.infer<typeof person> {
  return {
    id: row.id,
    username: row.username,
    name: row.name,
    roles: row.roles,
    fhirUser: row.fhir_user,
    disabled: row.disabled,
    createdAt: row.created_at.toISOString(),
  };
}

function rolesText(roles: readonly string[]): string {
  return roles.length === 0 ? 'no role' : `the ${roles.length === 1 ? 'role' : 'roles'} ${roles.join(', ')}`;
}
