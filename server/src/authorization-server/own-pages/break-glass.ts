/**
 * The pages that break the glass (R-228): for who may, with a second look at who it is. INVARIANT: looking changes nothing and tells nobody; what breaks
 * it is one POST with a reason, a sentence and a fresh proof.
 */
import { Problem } from '@fireguard/engine';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errors } from 'oidc-provider';
import { glassReasons, isGlassReason, reasonLength } from '../../break-glass/reasons.ts';
import { type BrokenGlass, glassById, glassesOf, notesOn } from '../../storage/break-glass.ts';
import { looksUnderGlass } from '../../storage/glass-looks.ts';
import { CLOSE_GLASS } from '../glass-bars.ts';
import { type GlassPatient, glassOpenPage, glassReasonPage, glassWarningPage } from '../pages/break-glass.ts';
import { glassesOpenedPage, type OpenedGlass } from '../pages/glasses-opened.ts';
import { recordParts } from '../pages/record-parts.ts';
import type { BrokenFor } from '../picker-source.ts';
import type { GlassDependencies } from '../steps/people.ts';
import { placeOf, sendPage } from '../steps/step.ts';
import { type OwnSession, signInAgain } from './own-session.ts';

const ID_FORM = /^[A-Za-z0-9.-]{1,64}$/;
const STEP_FORM = /^[A-Za-z0-9_-]{10,100}$/;
/** A sign-in by passkey counts as the proof for so long. */
const FRESH_SECONDS = 300;
const YEAR_MS = 366 * 86_400_000;

/** Throws SessionNotFound for who may not: these pages are not there for them. */
function needPrivilege(use: GlassDependencies, mine: OwnSession): void {
  if (!use.glasses.mayBreak(mine.person.roles)) throw new errors.SessionNotFound('no such page for this person');
}

/** What a page is about: the patient, and the login step of an app that waits. */
export interface About {
  readonly patient: string | undefined;
  readonly step: string | undefined;
}

export function aboutIn(query: unknown): About {
  const { patient, step } = query as { readonly patient?: unknown; readonly step?: unknown };
  return {
    patient: typeof patient === 'string' && ID_FORM.test(patient) ? patient : undefined,
    step: typeof step === 'string' && STEP_FORM.test(step) ? step : undefined,
  };
}

/** `patient=1&step=x`; undefined where there is nothing to say. */
export function queryOf({ patient, step }: About): string | undefined {
  const query = new URLSearchParams({ ...(patient === undefined ? {} : { patient }), ...(step === undefined ? {} : { step }) });
  return query.size === 0 ? undefined : query.toString();
}

export async function showWarning(use: GlassDependencies, request: FastifyRequest, reply: FastifyReply, mine: OwnSession) {
  needPrivilege(use, mine);
  return sendPage(use, reply, glassWarningPage(await common(use, mine, aboutIn(request.query))));
}

export async function showReason(use: GlassDependencies, request: FastifyRequest, reply: FastifyReply, mine: OwnSession) {
  needPrivilege(use, mine);
  const about = aboutIn(request.query);
  if (proofOf(use, mine) === 'none' && mine.session.past(FRESH_SECONDS))
    return signInAgain(use, reply, '/break-glass', queryOf(about));
  return reasonPage(use, reply, mine, about, new URLSearchParams(), undefined);
}

/** A code where the person has an app for it; a passkey is a sign-in that must be fresh; the password only where the site says so. */
function proofOf(use: GlassDependencies, mine: OwnSession): 'code' | 'password' | 'none' {
  if (mine.factors.apps.length > 0) return 'code';
  if (mine.factors.passkeys.length > 0 && use.passkeys.usable) return 'none';
  return use.glassStepUp === 'password' ? 'password' : 'none';
}

export async function answerOpen(
  use: GlassDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  mine: OwnSession,
  form: URLSearchParams,
) {
  needPrivilege(use, mine);
  const about = aboutIn(Object.fromEntries(form));
  const [reason, why] = [form.get('reason') ?? '', (form.get('why') ?? '').trim()];
  if (!isGlassReason(reason)) return reasonPage(use, reply, mine, about, form, 'reason');
  if (why.length < reasonLength.least || why.length > reasonLength.most)
    return reasonPage(use, reply, mine, about, form, 'why');
  const proof = await prove(use, mine, form.get('proof') ?? '');
  if (proof === 'stale') return signInAgain(use, reply, '/break-glass', queryOf(about));
  if (proof !== 'right') {
    await use.glasses.refused(mine.person, `The proof was ${proof}.`, placeOf(request));
    return reasonPage(use, reply, mine, about, form, proof === 'wait' ? 'wait' : 'proof');
  }
  await use.glasses.open({ person: mine.person, patient: about.patient, reasonCode: reason, reason: why, ...placeOf(request) });
  return reply
    .header('Cache-Control', 'no-store')
    .redirect(`/break-glass/open${about.step === undefined ? '' : `?step=${about.step}`}`, 303);
}

async function prove(use: GlassDependencies, mine: OwnSession, given: string): Promise<'right' | 'wrong' | 'wait' | 'stale'> {
  const { id } = mine.person;
  switch (proofOf(use, mine)) {
    case 'none':
      return mine.session.past(FRESH_SECONDS) ? 'stale' : 'right';
    case 'code': {
      if ((await use.throttle.codeTried(id)) !== undefined) return 'wait';
      if (!(await use.factors.checkCode(id, given.trim().slice(0, 100)))) return 'wrong';
      await use.throttle.codeSucceeded(id);
      return 'right';
    }
    case 'password': {
      if ((await use.throttle.codeTried(id)) !== undefined) return 'wait';
      if (!(await use.passwords.verify(given.slice(0, 1000), mine.row.password_hash))) return 'wrong';
      await use.throttle.codeSucceeded(id);
      return 'right';
    }
  }
}

export async function showOpen(use: GlassDependencies, request: FastifyRequest, reply: FastifyReply, mine: OwnSession) {
  needPrivilege(use, mine);
  const glass = await use.glasses.openOf(mine.person.id);
  if (glass === undefined) return reply.header('Cache-Control', 'no-store').redirect('/break-glass/opened', 303);
  const page = glassOpenPage({
    ...(await common(
      use,
      mine,
      { ...aboutIn(request.query), patient: glass.patient ?? undefined },
      { id: glass.id, expiresAt: glass.expires_at.getTime() },
    )),
    csrf: use.formTokens.make(mine.uid, CLOSE_GLASS),
    glass: {
      id: glass.id,
      reasonCode: glass.reason_code,
      openedAt: glass.opened_at.getTime(),
      expiresAt: glass.expires_at.getTime(),
      dueAt: glass.due_at.getTime(),
    },
  });
  return sendPage(use, reply, page);
}

export async function answerClose(
  use: GlassDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  mine: OwnSession,
  form: URLSearchParams,
) {
  const glass = await ownGlass(use, mine, form);
  if (glass !== undefined) await use.glasses.close(glass, `closed by ${mine.person.name}`, placeOf(request).requestId);
  return reply.header('Cache-Control', 'no-store').redirect('/break-glass/opened', 303);
}

export async function answerNote(
  use: GlassDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  mine: OwnSession,
  form: URLSearchParams,
) {
  const glass = await ownGlass(use, mine, form);
  const text = (form.get('note') ?? '').trim().slice(0, reasonLength.most);
  const decided = glass?.outcome === 'justified' || glass?.outcome === 'not-justified';
  if (glass !== undefined && !decided && text !== '') await use.glasses.note(glass, mine.person, text, placeOf(request));
  return reply.header('Cache-Control', 'no-store').redirect('/break-glass/opened', 303);
}

async function ownGlass(use: GlassDependencies, mine: OwnSession, form: URLSearchParams): Promise<BrokenGlass | undefined> {
  const glass = await glassById(use.db, form.get('glass') ?? '');
  return glass?.person_id === mine.person.id ? glass : undefined;
}

export async function showOpened(use: GlassDependencies, reply: FastifyReply, mine: OwnSession) {
  await use.auditLog.searchable();
  const all = await glassesOf(use.db, mine.person.id, new Date(use.now() - YEAR_MS));
  if (all.length === 0) needPrivilege(use, mine);
  const page = glassesOpenedPage({
    brand: use.brand,
    person: mine.person.name,
    glass: mine.glass,
    glasses: await Promise.all(all.map((glass) => opened(use, glass))),
    csrf: (action) => use.formTokens.make(mine.uid, action),
    now: use.now(),
  });
  return sendPage(use, reply, page);
}

async function opened(use: GlassDependencies, glass: BrokenGlass): Promise<OpenedGlass> {
  const isOpen = glass.ended_at === null && glass.expires_at.getTime() > use.now();
  const notes = await notesOn(use.db, glass.id);
  return {
    id: glass.id,
    reasonCode: glass.reason_code,
    reason: glass.reason,
    openedAt: glass.opened_at.getTime(),
    endedAt: isOpen ? undefined : (glass.ended_at ?? glass.expires_at).getTime(),
    dueAt: glass.due_at.getTime(),
    state: isOpen ? 'open' : (glass.outcome ?? 'waiting'),
    looks: (await looksUnderGlass(use.db, glass)).map(({ at, type, outcome, resources }) => ({
      at: at.getTime(),
      part: recordParts.find(({ types }) => type !== undefined && types.includes(type))?.key,
      shown: outcome === 'permit' ? resources.length : undefined,
    })),
    notes: notes.map(({ at, author, text }) => ({ at: at.getTime(), author, text })),
  };
}

async function reasonPage(
  use: GlassDependencies,
  reply: FastifyReply,
  mine: OwnSession,
  about: About,
  form: URLSearchParams,
  problem: 'reason' | 'why' | 'proof' | 'wait' | undefined,
) {
  const page = glassReasonPage({
    ...(await common(use, mine, about)),
    csrf: use.formTokens.make(mine.uid, '/break-glass/open'),
    reasons: glassReasons,
    proof: proofOf(use, mine),
    reason: form.get('reason') ?? undefined,
    why: (form.get('why') ?? '').slice(0, reasonLength.most),
    ...reasonLength,
    problem,
  });
  return sendPage(use, reply, page, problem === undefined ? 200 : problem === 'wait' ? 429 : 422);
}

async function common(use: GlassDependencies, mine: OwnSession, about: About, glass?: BrokenFor) {
  return {
    brand: use.brand,
    person: mine.person.name,
    bar: glass === undefined ? mine.glass : undefined,
    patient: about.patient === undefined ? undefined : await named(use, mine, about.patient, glass),
    step: about.step,
    query: queryOf(about),
    minutes: use.glasses.minutes,
    reviewDays: use.glasses.reviewDays,
    now: use.now(),
  };
}

/** INVARIANT: a name only of whom this person may open, anyway or by the glass that they broke, by the same way as any request: the page is no directory. */
async function named(use: GlassDependencies, mine: OwnSession, id: string, glass?: BrokenFor): Promise<GlassPatient> {
  const found = await use.picker.patientById(mine.person, id, glass).catch((error: unknown) => {
    if (error instanceof Problem) return undefined;
    throw error;
  });
  return { id, name: found?.name, birthDate: found?.birthDate, mrn: found?.mrn };
}
