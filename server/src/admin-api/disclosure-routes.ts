/** accounting of disclosures. What of a patient left for something else than treatment, payment and running the house, to whom, when and what for. */
import { type AuditRecord, eventPlan, isDisclosure } from '@fireguard/engine';
import { z } from 'zod';
import { looksAt } from '../storage/looks.ts';
import { adminDraft } from './act.ts';
import type { AdminApiDependencies } from './admin-api.ts';
import { type AdminRoute, adminRoute } from './admin-route.ts';
import { patientId } from './words.ts';

const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

/** 45 CFR 164.528: six years back. */
const sixYears = 6 * 366 * 86_400_000;

export function disclosureRoutes({ db, auditLog, now = Date.now }: AdminApiDependencies): readonly AdminRoute[] {
  return [
    adminRoute({
      id: 'listDisclosures',
      method: 'GET',
      path: '/disclosures',
      summary: 'Accounting of the disclosures of one patient, newest first; looking is recorded',
      right: 'audit',
      query: z.strictObject({
        patient: patientId,
        since: time.optional().describe('Default: six years back.'),
        until: time.optional(),
      }),
      answer: z.object({
        disclosures: z.array(
          z.object({
            event: z.string().describe('Id of the AuditEvent, of the form IHE BALP PrivacyDisclosure.Source.'),
            at: z.iso.datetime(),
            recipient: z.string(),
            person: z.string().optional(),
            purposes: z.array(z.string()),
            resources: z.array(z.string()).describe('What was given, where the request was about this patient alone.'),
          }),
        ),
      }),
      status: 200,
      async run(call) {
        const { patient, since = new Date(now() - sixYears), until } = call.query;
        const act = {
          action: 'disclosures-listed',
          reason: 'Made the accounting of disclosures of a patient.',
          patients: [patient],
        };
        await auditLog.append(adminDraft(call, 'audit-read', 'permit', act));
        await auditLog.searchable();
        const disclosures = [];
        for (
          let after: Awaited<ReturnType<typeof looksAt>>['next'], isFirst = true;
          isFirst || after !== undefined;
          isFirst = false
        ) {
          const { rows, next } = await looksAt(db, { patient, from: since, to: until, after, limit: 1_000 });
          for (const row of rows) {
            const record = row.record as unknown as AuditRecord;
            if (!isDisclosure(record)) continue;
            const { caller, recorded, patients, resources } = record;
            const plan = eventPlan(record).find((one) => one.form === 'disclosure' && one.patient === patient);
            disclosures.push({
              event: plan?.id ?? record.id,
              at: new Date(recorded).toISOString(),
              recipient: caller?.client?.name ?? caller?.user?.name ?? 'unknown',
              ...(caller?.user === undefined ? {} : { person: caller.user.name }),
              purposes: (caller?.purposes ?? []).map(({ code }) => code),
              resources: patients.length === 1 ? [...resources] : [],
            });
          }
          after = next;
        }
        return { disclosures };
      },
    }),
  ];
}
