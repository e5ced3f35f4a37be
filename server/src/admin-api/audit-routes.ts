/** The audit trail: searched, read, verified. INVARIANT: each look is recorded before it is answered; a look that cannot be recorded is refused. */
import { Problem } from '@fireguard/engine';
import { z } from 'zod';
import { adminDraft } from './act.ts';
import type { AdminApiDependencies } from './admin-api.ts';
import { type AdminRoute, adminRoute } from './admin-route.ts';
import { readAuditCursor, writeAuditCursor } from './audit-cursor.ts';
import { auditRow, toAuditRow } from './audit-row.ts';
import { auditRows } from './audit-rows.ts';
import { createVerification, verificationAnswer } from './verification.ts';
import { idParams, patientId } from './words.ts';

const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

const query = z.strictObject({
  since: time.optional().describe('Inclusive, ISO 8601 with offset.'),
  until: time.optional().describe('Exclusive.'),
  patient: patientId.optional(),
  agent: z.string().min(1).max(200).optional().describe('Part of a person’s or client’s name, or their id.'),
  outcome: z.enum(['permit', 'masked', 'deny', 'failure', 'unknown']).optional(),
  purpose: z
    .string()
    .regex(/^[A-Z]{2,20}$/)
    .optional()
    .describe('Purpose-of-use code, such as TREAT.'),
  kind: z
    .enum([
      'request',
      'intent',
      'sign-in',
      'sign-out',
      'token',
      'consent-page',
      'administration',
      'audit-read',
      'received',
      'start',
      'stop',
    ])
    .optional(),
  request: z.string().min(1).max(100).optional().describe('The X-Request-Id of one request.'),
  limit: z
    .string()
    .regex(/^\d{1,4}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(1000))
    .default(50),
  cursor: z.string().max(200).optional().describe('`next` of the page before.'),
});

export function auditRoutes(use: AdminApiDependencies): readonly AdminRoute[] {
  const verify = createVerification(() => use.auditLog.verify(), use.now ?? Date.now);
  return [
    adminRoute({
      id: 'searchAudit',
      method: 'GET',
      path: '/audit',
      summary: 'Audit records, newest first; looking is recorded',
      right: 'audit',
      query,
      answer: z.object({
        records: z.array(auditRow),
        next: z.string().nullable().describe('Cursor of the page after; null when this is the last.'),
        lag: z.int().describe('Records that are durable and cannot be searched yet: 0 when nothing is missing here.'),
      }),
      status: 200,
      async run(call) {
        const { cursor, limit, ...asked } = call.query;
        const after = cursor === undefined ? undefined : readAuditCursor(cursor);
        const patients = asked.patient === undefined ? [] : [asked.patient];
        await use.auditLog.append(
          adminDraft(call, 'audit-read', 'permit', { action: 'audit-search', reason: 'Looked at the audit.', patients }),
        );
        const { since, until, patient, agent, outcome, purpose, kind, request } = asked;
        await use.auditLog.searchable();
        const lag = use.auditLog.lag();
        const { rows, next } = await auditRows(use.db, {
          since,
          until,
          patient,
          agent,
          outcome,
          purpose,
          kind,
          request,
          limit,
          after,
        });
        return { records: rows.map(toAuditRow), next: next === undefined ? null : writeAuditCursor(next), lag };
      },
    }),
    adminRoute({
      id: 'readAuditEvent',
      method: 'GET',
      path: '/audit/{id}',
      summary: 'One FHIR AuditEvent',
      right: 'audit',
      params: idParams,
      answer: z.looseObject({ resourceType: z.literal('AuditEvent') }),
      status: 200,
      async run(call) {
        const row = await use.auditLog.eventById(call.params.id);
        const patients = row?.patient === undefined ? [] : [row.patient];
        const act = { action: 'audit-event-read', reason: 'Looked at one audit record.', patients };
        await use.auditLog.append(adminDraft(call, 'audit-read', row === undefined ? 'failure' : 'permit', act));
        if (row === undefined) throw new Problem('not-found', 'There is no such AuditEvent.');
        return row.event;
      },
    }),
    adminRoute({
      id: 'verifyAudit',
      method: 'POST',
      path: '/audit/verify',
      summary: 'Read this node’s whole journal and check its chain',
      right: 'audit',
      answer: verificationAnswer,
      status: 200,
      async run(call) {
        const result = await verify();
        const act = {
          action: 'audit-verified',
          reason: result.ok ? 'Checked the audit journal: unbroken.' : 'Checked the audit journal: BROKEN.',
        };
        await use.auditLog.append(adminDraft(call, 'audit-read', result.ok ? 'permit' : 'failure', act));
        return result;
      },
    }),
  ];
}
