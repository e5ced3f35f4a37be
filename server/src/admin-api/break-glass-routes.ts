/** the review of broken glasses. Looking at one tells whose record it was, so it is audited as a look at the trail; a decision is an act. */
import { Problem } from '@fireguard/engine';
import { z } from 'zod';
import {
  addGlassNote,
  type BrokenGlass,
  decideGlass,
  glassById,
  glassesOf,
  listGlasses,
  notesOn,
} from '../storage/break-glass.ts';
import { looksUnderGlass } from '../storage/glass-looks.ts';
import { adminDraft, perform } from './act.ts';
import type { AdminApiDependencies } from './admin-api.ts';
import { type AdminRoute, adminRoute } from './admin-route.ts';
import { idParams } from './words.ts';

const glass = z.object({
  id: z.string(),
  person: z.object({ id: z.string().nullable(), name: z.string(), fhirUser: z.string().nullable() }),
  client: z.object({ id: z.string(), name: z.string() }).nullable(),
  patient: z.string().nullable().describe('Bare id; null where nobody was opened.'),
  reasonCode: z.string(),
  reason: z.string(),
  address: z.string(),
  openedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  endedBy: z.string().nullable(),
  dueAt: z.iso.datetime(),
  overdue: z.boolean(),
  outcome: z.enum(['justified', 'asked', 'not-justified']).nullable(),
  decidedBy: z.string().nullable(),
  decidedAt: z.iso.datetime().nullable(),
});

const whole = glass.extend({
  looks: z.array(
    z.object({
      at: z.iso.datetime(),
      what: z.string(),
      outcome: z.string(),
      resources: z.array(z.string()),
      recordId: z.string(),
    }),
  ),
  notes: z.array(z.object({ at: z.iso.datetime(), author: z.string(), text: z.string() })),
  before: z.number().int().describe('How often the same person broke the glass in the 90 days before.'),
});

const DAYS_90_MS = 90 * 86_400_000;
const text = z.string().trim().min(1).max(2000);

export function breakGlassRoutes(use: AdminApiDependencies): readonly AdminRoute[] {
  const { db } = use;
  const now = () => new Date((use.now ?? Date.now)());
  const known = async (id: string): Promise<BrokenGlass> => {
    const found = await glassById(db, id);
    if (found === undefined) throw new Problem('not-found', 'There is no such opening.');
    return found;
  };
  const shownWhole = async (one: BrokenGlass): Promise<z.infer<typeof whole>> => {
    await use.auditLog.searchable();
    const looks = await looksUnderGlass(db, one);
    const since = new Date(one.opened_at.getTime() - DAYS_90_MS);
    const all = one.person_id === null ? [] : await glassesOf(db, one.person_id, since);
    return {
      ...shown(one, now()),
      looks: looks.map(({ type: _type, ...look }) => ({ ...look, at: look.at.toISOString(), resources: [...look.resources] })),
      notes: (await notesOn(db, one.id)).map(({ at, author, text }) => ({ at: at.toISOString(), author, text })),
      before: all.filter(({ opened_at }) => opened_at < one.opened_at).length,
    };
  };

  return [
    adminRoute({
      id: 'listBrokenGlasses',
      method: 'GET',
      path: '/break-glass',
      summary: 'Broken glasses that wait for a decision, for an answer, or are decided',
      right: 'audit',
      query: z.strictObject({ queue: z.enum(['undecided', 'asked', 'decided', 'all']).default('undecided') }).prefault({}),
      answer: z.object({ glasses: z.array(glass) }),
      status: 200,
      async run(call) {
        const glasses = (await listGlasses(db, call.query.queue, 500)).map((one) => shown(one, now()));
        const patients = [...new Set(glasses.flatMap(({ patient }) => patient ?? []))];
        await use.auditLog.append(
          adminDraft(call, 'audit-read', 'permit', {
            action: 'glasses-listed',
            reason: `Looked at the list of broken glasses (${call.query.queue}).`,
            patients,
          }),
        );
        return { glasses };
      },
    }),
    adminRoute({
      id: 'getBrokenGlass',
      method: 'GET',
      path: '/break-glass/{id}',
      summary: 'One broken glass: why, what was opened, what was said about it',
      right: 'audit',
      params: idParams,
      answer: whole,
      status: 200,
      async run(call) {
        const one = await known(call.params.id);
        const patients = one.patient === null ? [] : [one.patient];
        const act = { action: 'glass-looked-at', reason: `Looked at the broken glass ${one.id}.`, patients };
        await use.auditLog.append(adminDraft(call, 'audit-read', 'permit', act));
        return shownWhole(one);
      },
    }),
    adminRoute({
      id: 'reviewBrokenGlass',
      method: 'POST',
      path: '/break-glass/{id}/review',
      summary: 'Decide about a broken glass: justified, ask the person, or not justified',
      right: 'audit',
      params: idParams,
      body: z
        .strictObject({ outcome: z.enum(['justified', 'asked', 'not-justified']), note: text.optional() })
        .refine(({ outcome, note }) => outcome === 'justified' || note !== undefined, {
          message: 'Say what you ask, or why it is not justified.',
          path: ['note'],
        }),
      answer: whole,
      status: 200,
      async run(call) {
        const one = await known(call.params.id);
        const { outcome, note } = call.body;
        // INVARIANT: nobody decides about their own.
        if (call.caller.person !== undefined && call.caller.person.id === one.person_id)
          throw new Problem('forbidden', 'Somebody else must review this one.');
        if (one.ended_at === null && one.expires_at > now())
          throw new Problem('write-conflict', 'It is still open: it can be reviewed once it has ended.');
        const act = {
          action: 'glass-reviewed',
          reason: `Reviewed ${one.id}: ${outcome}.`,
          patients: one.patient === null ? [] : [one.patient],
        };
        return perform(use.auditLog, call, act, async () => {
          if (note !== undefined) await addGlassNote(db, one.id, call.caller.name, note);
          await decideGlass(db, one.id, { outcome, by: call.caller.name, at: now() });
          return shownWhole(await known(one.id));
        });
      },
    }),
    adminRoute({
      id: 'reportBrokenGlasses',
      method: 'GET',
      path: '/break-glass-report',
      summary: 'How often the glass was broken, by whom, why, and what was decided',
      right: 'audit',
      query: z.strictObject({ from: z.iso.date(), to: z.iso.date() }),
      answer: z.object({
        opened: z.number().int(),
        overdue: z.number().int(),
        byOutcome: z.record(z.string(), z.number().int()),
        byReason: z.record(z.string(), z.number().int()),
        byPerson: z.array(z.object({ name: z.string(), opened: z.number().int() })),
      }),
      status: 200,
      async run(call) {
        const { from, to } = call.query;
        const all = await db
          .selectFrom('break_glass')
          .selectAll()
          .where('opened_at', '>=', new Date(from))
          .where('opened_at', '<', new Date(new Date(to).getTime() + 86_400_000))
          .execute();
        const act = { action: 'glasses-reported', reason: `Made a report of broken glasses from ${from} to ${to}.` };
        await use.auditLog.append(adminDraft(call, 'audit-read', 'permit', act));
        const people = Object.entries(counted(all.map(({ person_name: name }) => name)));
        return {
          opened: all.length,
          overdue: all.filter((one) => isOverdue(one, now())).length,
          byOutcome: counted(all.map(({ outcome }) => outcome ?? 'undecided')),
          byReason: counted(all.map(({ reason_code: code }) => code)),
          byPerson: people.map(([name, opened]) => ({ name, opened })).sort((one, other) => other.opened - one.opened),
        };
      },
    }),
  ];
}

function counted(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = Object.create(null) as Record<string, number>;
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

function isOverdue({ outcome, due_at: dueAt }: BrokenGlass, now: Date): boolean {
  return (outcome === null || outcome === 'asked') && dueAt < now;
}

function shown(one: BrokenGlass, now: Date): z.infer<typeof glass> {
  const lapsed = one.ended_at === null && one.expires_at <= now;
  return {
    id: one.id,
    person: { id: one.person_id, name: one.person_name, fhirUser: one.fhir_user },
    client: one.client_id === null ? null : { id: one.client_id, name: one.client_name ?? one.client_id },
    patient: one.patient,
    reasonCode: one.reason_code,
    reason: one.reason,
    address: one.address,
    openedAt: one.opened_at.toISOString(),
    expiresAt: one.expires_at.toISOString(),
    endedAt: (lapsed ? one.expires_at : one.ended_at)?.toISOString() ?? null,
    endedBy: lapsed ? 'its time was over' : one.ended_by,
    dueAt: one.due_at.toISOString(),
    overdue: isOverdue(one, now),
    outcome: one.outcome,
    decidedBy: one.decided_by,
    decidedAt: one.decided_at?.toISOString() ?? null,
  };
}
