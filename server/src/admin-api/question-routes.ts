/** What patients ask about entries of their access log. Looking tells who asked about whom, so it is audited as a look at the trail; an answer is an act, given once. */
import { Problem } from '@fireguard/engine';
import { z } from 'zod';
import { answerQuestion, type LookQuestion, listQuestions, questionById } from '../storage/questions.ts';
import { adminDraft, perform } from './act.ts';
import type { AdminApiDependencies } from './admin-api.ts';
import { type AdminRoute, adminRoute } from './admin-route.ts';
import { auditRow, toAuditRow } from './audit-row.ts';
import { auditRowById } from './audit-rows.ts';
import { idParams } from './words.ts';

const question = z.object({
  id: z.string(),
  person: z.object({ id: z.string(), name: z.string() }).describe('Who asks.'),
  patient: z.string().describe('Bare id.'),
  text: z.string().describe('Empty where nothing was written.'),
  askedAt: z.iso.datetime(),
  about: z.object({ record: z.string(), at: z.iso.datetime() }).describe('The entry of the access log.'),
  answer: z.object({ text: z.string(), by: z.string(), at: z.iso.datetime() }).optional(),
});

const MOST = 500;

export function questionRoutes(use: AdminApiDependencies): readonly AdminRoute[] {
  const { db } = use;
  const known = async (id: string): Promise<LookQuestion> => {
    const found = await questionById(db, id);
    if (found === undefined) throw new Problem('not-found', 'There is no such question.');
    return found;
  };
  return [
    adminRoute({
      id: 'listQuestions',
      method: 'GET',
      path: '/questions',
      summary: 'What patients ask about entries of their access log; looking is recorded',
      right: 'audit',
      query: z.strictObject({ state: z.enum(['open', 'all']).default('open') }).prefault({}),
      answer: z.object({ questions: z.array(question) }),
      status: 200,
      async run(call) {
        const found = await listQuestions(db, call.query.state, MOST);
        const patients = [...new Set(found.map(({ patient }) => patient))];
        const act = { action: 'questions-listed', reason: 'Looked at what patients ask about their access logs.', patients };
        await use.auditLog.append(adminDraft(call, 'audit-read', 'permit', act));
        return { questions: found.map(shown) };
      },
    }),
    adminRoute({
      id: 'showQuestion',
      method: 'GET',
      path: '/questions/{id}',
      summary: 'One question, and the audit record that it is about; looking is recorded',
      right: 'audit',
      params: idParams,
      answer: question.extend({ row: auditRow.nullable().describe('Null when its month was let go.') }),
      status: 200,
      async run(call) {
        const one = await known(call.params.id);
        const act = { action: 'question-looked-at', reason: `Looked at the question ${one.id}.`, patients: [one.patient] };
        await use.auditLog.append(adminDraft(call, 'audit-read', 'permit', act));
        const row = await auditRowById(db, one.record_id, one.recorded);
        return { ...shown(one), row: row === undefined ? null : toAuditRow(row) };
      },
    }),
    adminRoute({
      id: 'answerQuestion',
      method: 'POST',
      path: '/questions/{id}/answer',
      summary: 'Answer a question: the patient reads it beside the entry',
      right: 'audit',
      params: idParams,
      body: z.strictObject({ text: z.string().trim().min(1).max(2_000) }),
      answer: question,
      status: 200,
      async run(call) {
        const one = await known(call.params.id);
        if (one.answered_at !== null) throw new Problem('write-conflict', 'It is answered already.');
        const act = { action: 'question-answered', reason: `Answered the question ${one.id}.`, patients: [one.patient] };
        return perform(use.auditLog, call, act, async () => {
          const answer = { text: call.body.text, by: call.caller.name, at: new Date((use.now ?? Date.now)()) };
          if (!(await answerQuestion(db, one.id, answer))) throw new Problem('write-conflict', 'It is answered already.');
          return shown(await known(one.id));
        });
      },
    }),
  ];
}

function shown(one: LookQuestion): z.infer<typeof question> {
  return {
    id: one.id,
    person: { id: one.person_id, name: one.person_name },
    patient: one.patient,
    text: one.question,
    askedAt: one.asked_at.toISOString(),
    about: { record: one.record_id, at: one.recorded.toISOString() },
    ...(one.answered_at === null
      ? {}
      : { answer: { text: one.answer ?? '', by: one.answered_by ?? '', at: one.answered_at.toISOString() } }),
  };
}
