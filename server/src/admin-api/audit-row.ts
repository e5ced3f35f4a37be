/** An audit record as the console and the command line show it. */
import { eventPlan } from '@fireguard/engine';
import { z } from 'zod';
import type { FoundRecord } from './audit-rows.ts';

const named = z.object({ id: z.string(), name: z.string() });

export const auditRow = z.object({
  id: z.string().describe('Of the record; its AuditEvent is at /admin/audit/{event}.'),
  event: z.string().describe('Id of the (first) FHIR AuditEvent made of the record.'),
  recorded: z.iso.datetime(),
  kind: z.string(),
  action: z.string(),
  outcome: z.enum(['permit', 'masked', 'deny', 'failure', 'unknown']),
  status: z.int().optional(),
  type: z.string().optional(),
  caller: z.enum(['anonymous', 'user', 'system']),
  person: named.extend({ fhirUser: z.string().optional() }).optional(),
  client: named.extend({ identity: z.string().optional() }).optional(),
  roles: z.array(z.string()),
  purposes: z.array(z.string()),
  rationale: z.string().optional().describe('Why they asked, in their own words.'),
  patients: z.array(z.string()),
  resources: z.array(z.string()),
  masked: z.array(z.string()),
  withheld: z.int(),
  rules: z.array(z.string()),
  reason: z.string().optional(),
  asked: z.string().optional().describe('The request as it came.'),
  address: z.string().optional(),
  requestId: z.string(),
  node: z.string(),
  sequence: z.int().describe('Place in that node’s chain.'),
  hash: z.string(),
});

export type AuditRow = z.infer<typeof auditRow>;

export function toAuditRow({ recordId, node, sequence, hash, record }: FoundRecord): AuditRow {
  const { caller } = record;
  return {
    id: recordId,
    event: eventPlan(record)[0]!.id,
    recorded: new Date(record.recorded).toISOString(),
    kind: record.kind,
    action: record.action,
    outcome: record.outcome === 'permit' && record.masked.length > 0 ? 'masked' : record.outcome,
    ...(record.status === undefined ? {} : { status: record.status }),
    ...(record.type === undefined ? {} : { type: record.type }),
    caller: caller?.kind ?? 'anonymous',
    ...(caller?.user === undefined ? {} : { person: caller.user }),
    ...(caller?.client === undefined ? {} : { client: caller.client }),
    roles: [...(caller?.roles ?? [])],
    purposes: (caller?.purposes ?? []).map(({ code }) => code),
    ...(caller?.rationale === undefined ? {} : { rationale: caller.rationale }),
    patients: [...record.patients],
    resources: [...record.resources],
    masked: [...record.masked],
    withheld: record.withheld,
    rules: [...record.rules],
    ...(record.reason === undefined ? {} : { reason: record.reason }),
    ...(record.query === undefined ? {} : { asked: Buffer.from(record.query, 'base64').toString() }),
    ...(record.address === undefined ? {} : { address: record.address }),
    requestId: record.requestId,
    node,
    sequence: Number(sequence),
    hash,
  };
}
