/** Legal holds on the audit, and letting old months go. A hold is made and released by name, with a reason; what it keeps is kept, whatever the retention says. */
import { randomUUID } from 'node:crypto';
import { Problem } from '@fireguard/engine';
import { z } from 'zod';
import { insertHold, listHolds, releaseHold } from '../storage/retention.ts';
import { perform } from './act.ts';
import type { AdminApiDependencies } from './admin-api.ts';
import { type AdminRoute, adminRoute } from './admin-route.ts';
import { idParams, patientId } from './words.ts';

const time = z.iso.datetime({ offset: true });

const hold = z.object({
  id: z.string(),
  patient: z.string().optional(),
  since: time.optional(),
  until: time.optional(),
  reason: z.string(),
  made: z.object({ by: z.string(), at: time }),
  released: z.object({ by: z.string(), at: time }).optional(),
});

export function holdRoutes({ db, auditLog, retention }: AdminApiDependencies): readonly AdminRoute[] {
  return [
    adminRoute({
      id: 'listHolds',
      method: 'GET',
      path: '/audit-holds',
      summary: 'Legal holds on the audit, newest first',
      right: 'audit',
      answer: z.object({ holds: z.array(hold), keepsAll: z.boolean().describe('No retention is set: every month is kept.') }),
      status: 200,
      async run() {
        const holds = (await listHolds(db)).map(
          ({ id, patient, since, until, reason, madeBy, madeAt, releasedBy, releasedAt }) => ({
            ...{ id, reason, made: { by: madeBy, at: madeAt.toISOString() } },
            ...(patient === null ? {} : { patient }),
            ...(since === null ? {} : { since: since.toISOString() }),
            ...(until === null ? {} : { until: until.toISOString() }),
            ...(releasedAt === null ? {} : { released: { by: releasedBy ?? '', at: releasedAt.toISOString() } }),
          }),
        );
        return { holds, keepsAll: retention === undefined };
      },
    }),
    adminRoute({
      id: 'makeHold',
      method: 'POST',
      path: '/audit-holds',
      summary: 'Keep the months of a patient, or of a time, until the hold is released',
      right: 'audit',
      body: z.strictObject({
        patient: patientId.optional(),
        since: time.optional(),
        until: time.optional(),
        reason: z.string().min(1).max(1_000),
      }),
      answer: z.object({ id: z.string() }),
      status: 201,
      async run(call) {
        const { patient, since, until, reason } = call.body;
        const id = randomUUID();
        const act = {
          action: 'audit-hold-made',
          reason: `Put a legal hold on the audit: ${reason}`,
          patients: patient === undefined ? [] : [patient],
        };
        return perform(auditLog, call, act, async () => {
          await insertHold(db, {
            ...{ id, reason, madeBy: call.caller.name, patient: patient ?? null },
            since: since === undefined ? null : new Date(since),
            until: until === undefined ? null : new Date(until),
          });
          return { id };
        });
      },
    }),
    adminRoute({
      id: 'releaseHold',
      method: 'POST',
      path: '/audit-holds/{id}/release',
      summary: 'Release a legal hold',
      right: 'audit',
      params: idParams,
      answer: z.object({ id: z.string() }),
      status: 200,
      async run(call) {
        const { id } = call.params;
        return perform(
          auditLog,
          call,
          { action: 'audit-hold-released', reason: `Released the legal hold ${id}.` },
          async () => {
            if (!(await releaseHold(db, id, call.caller.name)))
              throw new Problem('not-found', 'There is no such hold in force.');
            return { id };
          },
        );
      },
    }),
    adminRoute({
      id: 'letMonthsGo',
      method: 'POST',
      path: '/audit-retention',
      summary: 'Let months go now that are older than the retention, instead of within the hour',
      right: 'audit',
      answer: z.object({ dropped: z.array(z.string()), held: z.array(z.string()) }),
      status: 200,
      async run(call) {
        if (retention === undefined) throw new Problem('request-not-understood', 'No retention is set: every month is kept.');
        return perform(
          auditLog,
          call,
          { action: 'audit-retention-run', reason: 'Asked for old audit months to be let go.' },
          () => retention.run(),
        );
      },
    }),
  ];
}
