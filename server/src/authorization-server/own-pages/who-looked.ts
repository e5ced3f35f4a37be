/**
 * who saw my record, for patients. INVARIANT: only their own record, and only what concerns them: of a search over many patients they learn that theirs was among them, not
 * of whom else. Looking is recorded like any other look at the audit, before it is answered.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { lookersAt, looksAt } from '../../storage/looks.ts';
import { auditDraft } from '../audit-drafts.ts';
import { type WhoLookedPage, whoLookedPage } from '../pages/who-looked.ts';
import type { PeopleDependencies } from '../steps/people.ts';
import { inLanguage, placeOf, sendPage } from '../steps/step.ts';
import { ASK, answerAsk, showAsk } from './ask-about.ts';
import { askedOf, filtersIn, lookFilters, queryFor, sinceOf, withKnown } from './look-filters.ts';
import { looksOf } from './looks.ts';
import { type OwnSession, ownSession, readOwnForm } from './own-session.ts';

const PAGE = '/who-looked';
const SHOWN = 30;
const IN_TABLE = 10_000;

export function whoLookedRoutes(app: FastifyInstance, use: PeopleDependencies): void {
  app.get(PAGE, async (request, reply) => {
    if ((request.query as { readonly code?: unknown }).code !== undefined)
      return reply.header('Cache-Control', 'no-store').redirect(PAGE, 303);
    const mine = await ownSession(use, request, reply, PAGE);
    return mine === undefined ? reply : showLooks(inLanguage(use, request), request, reply, mine);
  });
  app.get(`${PAGE}/table.csv`, async (request, reply) => {
    const mine = await ownSession(use, request, reply, PAGE);
    return mine === undefined ? reply : sendTable(inLanguage(use, request), request, reply, mine);
  });
  app.get(ASK, async (request, reply) => {
    const mine = await ownSession(use, request, reply, PAGE);
    if (mine === undefined) return reply;
    const patient = patientOf(mine);
    if (patient === undefined) return reply.redirect(PAGE, 303);
    await record(use, request, mine, patient);
    return showAsk(inLanguage(use, request), request, reply, mine, patient);
  });
  app.post(ASK, async (request, reply) => {
    const mine = await ownSession(use, request, reply, PAGE);
    if (mine === undefined) return reply;
    const form = readOwnForm(use, mine, ASK, request);
    const patient = patientOf(mine);
    if (patient === undefined) return reply.redirect(PAGE, 303);
    return answerAsk(inLanguage(use, request), request, reply, mine, patient, form);
  });
}

async function showLooks(
  use: PeopleDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  mine: OwnSession,
): Promise<FastifyReply> {
  const patient = patientOf(mine);
  const common = { brand: use.brand, person: mine.person.name, glass: mine.glass };
  if (patient === undefined) return sendPage(use, reply, whoLookedPage({ ...common, ...nothing }));
  await record(use, request, mine, patient);
  const now = use.now();
  const { language } = use.brand;
  const asked = filtersIn(request.query);
  const lookers = await lookersAt(use.db, patient, sinceOf(asked.time, now));
  const filters = withKnown(asked, lookers);
  const query = queryFor(filters);
  const { rows, next } = await looksAt(use.db, {
    patient,
    ...askedOf(filters, now),
    after: placeIn(request.query),
    limit: SHOWN,
  });
  const older = new URLSearchParams(query);
  if (next !== undefined) older.set('before', `${next.recorded.getTime()}.${next.recordId}`);
  const others = lookers.filter(({ person }) => person !== mine.person.id);
  const page = whoLookedPage({
    ...common,
    isPatient: true,
    sums: {
      looks: lookers.reduce((sum, { looks }) => sum + looks, 0),
      people: others.filter(({ person }) => person !== null).length,
      apps: others.filter(({ person }) => person === null).length,
      emergencies: new Set(others.flatMap(({ emergencies }) => emergencies)).size,
    },
    filters: lookFilters(filters, others, language.texts),
    looks: await looksOf(rows, { db: use.db, person: mine.person, language, now }),
    older: next === undefined ? undefined : `${PAGE}?${older}`,
    table: query.size === 0 ? `${PAGE}/table.csv` : `${PAGE}/table.csv?${query}`,
    asked: (request.query as { readonly done?: unknown }).done === 'asked',
  });
  return sendPage(use, reply, page);
}

const nothing: Omit<WhoLookedPage, 'brand' | 'person' | 'glass'> = {
  isPatient: false,
  sums: { looks: 0, people: 0, apps: 0, emergencies: 0 },
  filters: [],
  looks: [],
  older: undefined,
  table: '',
  asked: false,
};

/** A table for spreadsheets (RFC 4180), at most 10,000 rows. What begins like a formula is text. */
async function sendTable(
  use: PeopleDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  mine: OwnSession,
): Promise<FastifyReply> {
  const patient = patientOf(mine);
  if (patient === undefined) return reply.redirect(PAGE, 303);
  await record(use, request, mine, patient);
  const { language } = use.brand;
  const text = language.texts.looked;
  const now = use.now();
  const { rows } = await looksAt(use.db, { patient, ...askedOf(filtersIn(request.query), now), limit: IN_TABLE });
  // Each look by itself: a table is for counting.
  const looks = await looksOf(rows, { db: use.db, person: mine.person, language, now, each: true });
  const cell = (value: string): string => `"${value.replace(/^[=+\-@\t\r]/, "'$&").replaceAll('"', '""')}"`;
  const lines = [
    [text.when, text.who, text.through, text.why, text.what],
    ...looks.map((look) => [new Date(look.at).toISOString(), look.who, look.through ?? '', look.why, look.what]),
  ];
  return reply
    .header('Content-Type', 'text/csv; charset=utf-8')
    .header('Content-Disposition', 'attachment; filename="who-looked.csv"')
    .header('Cache-Control', 'no-store')
    .header('X-Content-Type-Options', 'nosniff')
    .send(lines.map((cells) => `${cells.map(cell).join(',')}\r\n`).join(''));
}

async function record(use: PeopleDependencies, request: FastifyRequest, mine: OwnSession, patient: string): Promise<void> {
  const act = { kind: 'audit-read', action: 'own-access-log-read', outcome: 'permit', person: mine.person, patient } as const;
  await use.auditLog.append(auditDraft({ ...act, ...placeOf(request) }));
  await use.auditLog.searchable();
}

const patientOf = ({ person }: OwnSession): string | undefined =>
  /^Patient\/([A-Za-z0-9.-]{1,64})$/.exec(person.fhirUser ?? '')?.[1];

function placeIn(query: unknown) {
  const match = /^(\d{1,15})\.([0-9a-f-]{36})$/.exec(String((query as { readonly before?: unknown }).before ?? ''));
  return match === null ? undefined : { recorded: new Date(Number(match[1])), recordId: match[2]! };
}
