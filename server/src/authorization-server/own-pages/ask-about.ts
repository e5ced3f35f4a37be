/**
 * Asking the privacy office about an entry of one's own access log. INVARIANT: only about an entry that this person's own log shows; the question is on record, stored
 * and told to the office in one transaction, and what is told outside names nobody.
 */
import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { looksAt } from '../../storage/looks.ts';
import { insertQuestion, waitingQuestions } from '../../storage/questions.ts';
import { auditDraft } from '../audit-drafts.ts';
import { askAboutPage } from '../pages/ask-about.ts';
import type { Look } from '../pages/who-looked.ts';
import type { PeopleDependencies } from '../steps/people.ts';
import { placeOf, sendPage } from '../steps/step.ts';
import { type LookRow, looksOf, overrideOf } from './looks.ts';
import type { OwnSession } from './own-session.ts';

export const ASK = '/who-looked/ask';

const MOST_LETTERS = 1_000;
/** No glass is open for longer: the most that the configuration takes. */
const LONGEST_GLASS_MS = 3_600_000;
/** Questions of one person that may wait at once. */
const MOST_WAITING = 20;

export async function showAsk(
  use: PeopleDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  mine: OwnSession,
  patient: string,
): Promise<FastifyReply> {
  const found = await entryIn((request.query as { readonly entry?: unknown }).entry, use, mine, patient);
  if (found === undefined || found.look.isOwn || found.look.question !== undefined) return back(reply);
  return sendAsk(use, reply, mine, found.look, '');
}

export async function answerAsk(
  use: PeopleDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  mine: OwnSession,
  patient: string,
  form: URLSearchParams,
): Promise<FastifyReply> {
  const found = await entryIn(form.get('entry'), use, mine, patient);
  if (found === undefined || found.look.isOwn) return back(reply);
  if (found.look.question !== undefined) return back(reply, '?done=asked');
  const question = (form.get('question') ?? '').trim().slice(0, MOST_LETTERS);
  if ((await waitingQuestions(use.db, mine.person.id)) >= MOST_WAITING)
    return sendAsk(use, reply, mine, found.look, question, true);
  await use.auditLog.append(
    auditDraft({
      kind: 'administration',
      action: 'look-questioned',
      outcome: 'permit',
      reason: `Asked the privacy office about the record ${found.row.record_id}.`,
      person: mine.person,
      patient,
      ...placeOf(request),
    }),
  );
  const id = randomUUID();
  await use.db.transaction().execute(async (transaction) => {
    const isNew = await insertQuestion(transaction, {
      id,
      patient,
      person_id: mine.person.id,
      person_name: mine.person.name,
      record_id: found.row.record_id,
      recorded: found.row.recorded,
      question,
      asked_at: new Date(use.now()),
    });
    if (isNew) await use.askOffice(id, transaction);
  });
  return back(reply, '?done=asked');
}

function sendAsk(
  use: PeopleDependencies,
  reply: FastifyReply,
  mine: OwnSession,
  look: Look,
  typed: string,
  tooMany = false,
): FastifyReply {
  const page = askAboutPage({
    brand: use.brand,
    person: mine.person.name,
    glass: mine.glass,
    csrf: use.formTokens.make(mine.uid, ASK),
    look,
    typed,
    most: MOST_LETTERS,
    tooMany,
  });
  return sendPage(use, reply, page, tooMany ? 429 : 200);
}

function back(reply: FastifyReply, query = ''): FastifyReply {
  return reply.header('Cache-Control', 'no-store').redirect(`/who-looked${query}`, 303);
}

/** All that was looked at under the same broken glass: it is one entry of the list, and is asked about as one. */
async function withItsGlass(row: LookRow, use: PeopleDependencies, patient: string): Promise<readonly LookRow[]> {
  const glass = overrideOf(row);
  if (glass === undefined) return [row];
  const [from, to] = [-1, 1].map((sign) => new Date(row.recorded.getTime() + sign * LONGEST_GLASS_MS));
  const { rows } = await looksAt(use.db, { patient, from, to, limit: 500 });
  const same = rows.filter((one) => overrideOf(one) === glass);
  return same.length === 0 ? [row] : same;
}

async function entryIn(
  given: unknown,
  use: PeopleDependencies,
  mine: OwnSession,
  patient: string,
): Promise<{ readonly row: LookRow; readonly look: Look } | undefined> {
  const match = /^(\d{1,15})\.([0-9a-f-]{36})$/.exec(String(given ?? ''));
  if (match === null) return undefined;
  const at = Number(match[1]);
  // Times in the database are finer than a millisecond.
  const range = { from: new Date(at - 1), to: new Date(at + 2) };
  const { rows } = await looksAt(use.db, { patient, ...range, recordId: match[2], limit: 1 });
  const [row] = rows;
  if (row === undefined) return undefined;
  const { language } = use.brand;
  const [look] = await looksOf(await withItsGlass(row, use, patient), {
    db: use.db,
    person: mine.person,
    language,
    now: use.now(),
  });
  return look === undefined ? undefined : { row, look };
}
