/** What the officers are told: alerts that wait to be looked at, and notices with where they have not arrived. Closing an alert is an act, with a note. */
import { Problem } from '@fireguard/engine';
import { z } from 'zod';
import { type Alert, alertById, closeAlert, listAlerts } from '../storage/alerts.ts';
import { deliveriesOf, listNotices } from '../storage/notices.ts';
import { adminDraft, perform } from './act.ts';
import type { AdminApiDependencies } from './admin-api.ts';
import { type AdminRoute, adminRoute } from './admin-route.ts';
import { auditRow, toAuditRow } from './audit-row.ts';
import { auditRowById } from './audit-rows.ts';
import { idParams } from './words.ts';

const alert = z.object({
  id: z.string(),
  rule: z.string(),
  description: z.string(),
  doer: z.object({ id: z.string(), name: z.string() }),
  count: z.int(),
  record: z.string().describe('Id of the audit record that met the rule.'),
  at: z.iso.datetime(),
  closed: z.object({ at: z.iso.datetime(), by: z.string(), note: z.string() }).optional(),
});

const delivery = z.object({
  target: z.string(),
  tries: z.int(),
  delivered: z.string().nullable(),
  failure: z.string().nullable().describe('Why the last try failed.'),
});

const limit = z
  .string()
  .regex(/^\d{1,3}$/)
  .transform(Number)
  .pipe(z.int().min(1).max(500))
  .default(100);

export function alertRoutes({ db, auditLog }: AdminApiDependencies): readonly AdminRoute[] {
  return [
    adminRoute({
      id: 'listAlerts',
      method: 'GET',
      path: '/alerts',
      summary: 'Alerts, newest first',
      right: 'audit',
      query: z.strictObject({ state: z.enum(['open', 'all']).default('open'), limit }),
      answer: z.object({ alerts: z.array(alert) }),
      status: 200,
      async run({ query }) {
        const found = await listAlerts(db, query.state === 'open', query.limit);
        return { alerts: found.map(shown) };
      },
    }),
    adminRoute({
      id: 'showAlert',
      method: 'GET',
      path: '/alerts/{id}',
      summary: 'One alert, the audit record that met its rule, and where its notice has arrived; looking is recorded',
      right: 'audit',
      params: idParams,
      answer: alert.extend({
        met: auditRow.nullable().describe('Null when its month was let go.'),
        told: z.array(delivery),
      }),
      status: 200,
      async run(call) {
        const found = await alertById(db, call.params.id);
        if (found === undefined) throw new Problem('not-found', 'There is no such alert.');
        const met = await auditRowById(db, found.recordId, found.at);
        const patients = met?.record.patients ?? [];
        const act = { action: 'alert-looked-at', reason: `Looked at the alert ${found.id}.`, patients };
        await auditLog.append(adminDraft(call, 'audit-read', 'permit', act));
        return {
          ...shown(found),
          met: met === undefined ? null : toAuditRow(met),
          told: [...(await deliveriesOf(db, `alert-${found.id}`))],
        };
      },
    }),
    adminRoute({
      id: 'closeAlert',
      method: 'POST',
      path: '/alerts/{id}/close',
      summary: 'Say that an alert was looked at, and what was found',
      right: 'audit',
      params: idParams,
      body: z.strictObject({ note: z.string().min(1).max(2_000) }),
      answer: z.object({ id: z.string() }),
      status: 200,
      async run(call) {
        const { id } = call.params;
        return perform(auditLog, call, { action: 'alert-closed', reason: `Closed the alert ${id}.` }, async () => {
          if (!(await closeAlert(db, id, call.caller.name, call.body.note)))
            throw new Problem('not-found', 'There is no such open alert.');
          return { id };
        });
      },
    }),
    adminRoute({
      id: 'listNotices',
      method: 'GET',
      path: '/notices',
      summary: 'Notices, newest first, and where they have not arrived',
      right: 'look',
      query: z.strictObject({ limit }),
      answer: z.object({
        notices: z.array(
          z.object({
            id: z.string(),
            topic: z.string(),
            at: z.iso.datetime(),
            title: z.string(),
            deliveries: z.array(delivery),
          }),
        ),
      }),
      status: 200,
      async run({ query }) {
        const found = await listNotices(db, ['break-glass', 'alert', 'question', 'operation', 'checkpoint'], query.limit);
        return {
          notices: found.map(({ id, topic, at, body, deliveries }) => ({
            ...{ id, topic, at: at.toISOString(), title: String(body['title']), deliveries },
          })),
        };
      },
    }),
  ];
}

function shown(one: Alert): z.infer<typeof alert> {
  const { id, rule, description, doer, doerName, count, recordId, at, closedAt, closedBy, note } = one;
  return {
    ...{ id, rule, description, count, record: recordId, at: at.toISOString(), doer: { id: doer, name: doerName } },
    ...(closedAt === null ? {} : { closed: { at: closedAt.toISOString(), by: closedBy ?? '', note: note ?? '' } }),
  };
}
