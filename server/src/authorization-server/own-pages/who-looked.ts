/**
 * who saw my record, for patients. INVARIANT: only their own record, and only what concerns them: of a search over many patients they learn that theirs was among them, not
 * of whom else. Looking is recorded like any other look at the audit, before it is answered.
 */
import { type AuditRecord, isDisclosure } from '@fireguard/engine';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { looksAt } from '../../storage/looks.ts';
import { auditDraft } from '../audit-drafts.ts';
import type { Language } from '../pages/language.ts';
import { recordParts } from '../pages/record-parts.ts';
import { type Look, whoLookedPage } from '../pages/who-looked.ts';
import type { PeopleDependencies } from '../steps/people.ts';
import { inLanguage, placeOf, sendPage } from '../steps/step.ts';
import { type OwnSession, ownSession } from './own-session.ts';

const PAGE = '/who-looked';

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
}

async function showLooks(
  use: PeopleDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  mine: OwnSession,
): Promise<FastifyReply> {
  const patient = patientOf(mine);
  const after = placeIn(request.query);
  if (patient !== undefined) await record(use, request, mine, patient);
  const { rows, next } =
    patient === undefined ? { rows: [], next: undefined } : await looksAt(use.db, { patient, after, limit: 50 });
  const { language } = use.brand;
  const page = whoLookedPage({
    brand: use.brand,
    person: mine.person.name,
    glass: mine.glass,
    isPatient: patient !== undefined,
    looks: rows.map(({ record: one }) => lookOf(one as unknown as AuditRecord, mine, language)),
    older: next === undefined ? undefined : `${PAGE}?before=${next.recorded.getTime()}.${next.recordId}`,
    table: `${PAGE}/table.csv`,
  });
  return sendPage(use, reply, page);
}

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
  const { rows } = await looksAt(use.db, { patient, limit: 10_000 });
  const text = use.brand.language.texts.looked;
  const cell = (value: string): string => `"${value.replace(/^[=+\-@\t\r]/, "'$&").replaceAll('"', '""')}"`;
  const lines = [
    [text.when, text.who, text.through, text.why, text.what],
    ...rows
      .map(({ record: one }) => lookOf(one as unknown as AuditRecord, mine, use.brand.language))
      .map((look) => [new Date(look.at).toISOString(), look.who, look.through ?? '', look.why, look.what]),
  ];
  return reply
    .header('Content-Type', 'text/csv; charset=utf-8')
    .header('Content-Disposition', 'attachment; filename="who-looked.csv"')
    .header('Cache-Control', 'no-store')
    .header('X-Content-Type-Options', 'nosniff')
    .send(lines.map((cells) => `${cells.map(cell).join(',')}\r\n`).join(''));
}

function record(use: PeopleDependencies, request: FastifyRequest, mine: OwnSession, patient: string) {
  const act = { kind: 'audit-read', action: 'own-access-log-read', outcome: 'permit', person: mine.person, patient } as const;
  return use.auditLog.append(auditDraft({ ...act, ...placeOf(request) }));
}

const patientOf = ({ person }: OwnSession): string | undefined =>
  /^Patient\/([A-Za-z0-9.-]{1,64})$/.exec(person.fhirUser ?? '')?.[1];

function lookOf({ recorded, caller, type, action, ...rest }: AuditRecord, { person }: OwnSession, language: Language): Look {
  const { looked, purposes, parts } = language.texts;
  const user = caller?.user;
  const codes = (caller?.purposes ?? []).map(({ code }) => code);
  const part = recordParts.find(({ types }) => type !== undefined && types.includes(type));
  const words = purposes as Readonly<Record<string, string>>;
  const isWrite = ['create', 'update', 'patch', 'delete'].some((one) => action.includes(one));
  return {
    at: recorded,
    who: user === undefined ? (caller?.client?.name ?? looked.somebody) : user.id === person.id ? looked.you : user.name,
    through: user === undefined ? undefined : caller?.client?.name,
    why:
      codes.length === 0
        ? looked.noReason
        : codes.map((code) => (code === 'BTG' ? looked.emergency : (words[code] ?? code))).join(', '),
    what: (isWrite ? looked.changed : looked.saw)(part === undefined ? looked.several : parts[part.key].label),
    isEmergency: codes.includes('BTG'),
    isDisclosure: isDisclosure({ recorded, action, ...(caller === undefined ? {} : { caller }), ...rest }),
  };
}

function placeIn(query: unknown) {
  const match = /^(\d{1,15})\.([0-9a-f-]{36})$/.exec(String((query as { readonly before?: unknown }).before ?? ''));
  return match === null ? undefined : { recorded: new Date(Number(match[1])), recordId: match[2]! };
}
