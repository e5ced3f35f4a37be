/** Fireguard's own facts: how a person stands to a patient, where the FHIR server does not know. */
import { Problem } from '@fireguard/engine';
import { z } from 'zod';
import { personById } from '../storage/people.ts';
import { relationsOf, replaceRelations } from '../storage/relations.ts';
import { perform } from './act.ts';
import type { AdminApiDependencies } from './admin-api.ts';
import { type AdminRoute, adminRoute } from './admin-route.ts';
import { idParams, patientId } from './words.ts';

const relation = z.strictObject({
  relation: z.enum(['self', 'guardian', 'general-practitioner', 'care-team', 'encounter', 'emergency-encounter']),
  patient: patientId,
});

const relations = z.object({ person: z.string(), relations: z.array(z.object({ relation: z.string(), patient: z.string() })) });

export function relationRoutes(use: AdminApiDependencies): readonly AdminRoute[] {
  const { db } = use;
  const known = async (id: string): Promise<string> => {
    const found = await personById(db, id);
    if (found === undefined) throw new Problem('not-found', 'There is no such person.');
    return found.username;
  };
  return [
    adminRoute({
      id: 'listRelations',
      method: 'GET',
      path: '/relations',
      summary: 'How a person stands to patients, as Fireguard itself knows it',
      right: 'look',
      query: z.strictObject({ person: idParams.shape.id }),
      answer: relations,
      status: 200,
      async run(call) {
        await known(call.query.person);
        return { person: call.query.person, relations: await relationsOf(db, call.query.person) };
      },
    }),
    adminRoute({
      id: 'setRelations',
      method: 'PUT',
      path: '/people/{id}/relations',
      summary: 'Make these all the relations of a person that Fireguard itself knows',
      right: 'administer',
      params: idParams,
      body: z.strictObject({ relations: z.array(relation).max(10_000) }),
      answer: relations,
      status: 200,
      async run(call) {
        const { id } = call.params;
        const name = await known(id);
        const patients = [...new Set(call.body.relations.map(({ patient }) => patient))];
        const act = { action: 'relations-set', reason: `Set how ${name} stands to ${patients.length} patients.`, patients };
        return perform(use.auditLog, call, act, async () => {
          await replaceRelations(db, id, call.body.relations);
          await use.cluster.announce({ kind: 'relation', id });
          return { person: id, relations: await relationsOf(db, id) };
        });
      },
    }),
  ];
}
