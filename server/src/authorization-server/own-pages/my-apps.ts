/** My apps: what each app may see and add, when it was last used, until when it is connected; and stopping one. */
import { type AuditRecord, parseScopes } from '@fireguard/engine';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { onRecord } from '../../audit-log/on-record.ts';
import { searchAuditRecords } from '../../storage/audit-records.ts';
import { grantsOfPerson, type PersonGrant } from '../../storage/person-grants.ts';
import { auditDraft } from '../audit-drafts.ts';
import { pickerAt } from '../further-bases.ts';
import { type HeldApp, myAppsPage, type StoppedApp } from '../pages/my-apps.ts';
import type { PeopleDependencies } from '../steps/people.ts';
import { placeOf, sendPage } from '../steps/step.ts';
import type { OwnSession } from './own-session.ts';

const STOPPED = 'app-stopped';
const YEAR_MS = 366 * 86_400_000;

export async function showApps(
  use: PeopleDependencies,
  reply: FastifyReply,
  mine: OwnSession,
  done: string,
): Promise<FastifyReply> {
  const grants = await grantsOfPerson(use.db, mine.person.id);
  const page = myAppsPage({
    brand: use.brand,
    person: mine.person.name,
    glass: mine.glass,
    isPatient: mine.person.fhirUser?.startsWith('Patient/') === true,
    apps: await Promise.all(grants.map((grant) => held(use, mine, grant))),
    stopped: await stoppedBy(use, mine.person.id, new Set(grants.map(({ clientId }) => clientId))),
    csrf: (action) => use.formTokens.make(mine.uid, action),
    done: done === 'stopped' || done === 'changed' ? done : undefined,
    now: use.now(),
  });
  return sendPage(use, reply, page);
}

/** INVARIANT: only a grant of the person who asks; and it is told to be stopped only when it is, on every node. */
export async function answerStop(
  use: PeopleDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
  mine: OwnSession,
  form: URLSearchParams,
): Promise<FastifyReply> {
  const id = form.get('grant');
  const grant = (await grantsOfPerson(use.db, mine.person.id)).find((one) => one.id === id);
  if (grant === undefined) return reply.redirect('/my-apps', 303);
  const act = auditDraft({
    kind: 'token',
    action: STOPPED,
    outcome: 'permit',
    client: { id: grant.clientId, name: grant.clientName },
    person: mine.person,
    patient: grant.patient ?? undefined,
    ...placeOf(request),
  });
  await onRecord(use.auditLog, act, () => use.revocation.byGrant(grant.id));
  return reply.redirect('/my-apps?done=stopped', 303);
}

/** The apps that the person stopped within a year, by the audit trail, save those that hold something again. */
async function stoppedBy(use: PeopleDependencies, personId: string, held: ReadonlySet<string>): Promise<readonly StoppedApp[]> {
  await use.auditLog.searchable();
  const from = new Date(use.now() - YEAR_MS);
  const { rows } = await searchAuditRecords(use.db, {
    personId,
    kind: 'token',
    action: STOPPED,
    outcome: 'permit',
    from,
    count: 100,
  });
  const apps = new Map<string, StoppedApp>();
  for (const { client_id: id, record, recorded } of rows) {
    const { caller } = record as unknown as AuditRecord;
    if (id !== null && !held.has(id) && !apps.has(id))
      apps.set(id, { name: caller?.client?.name ?? id, at: recorded.getTime() });
  }
  return [...apps.values()];
}

async function held(use: PeopleDependencies, mine: OwnSession, grant: PersonGrant): Promise<HeldApp> {
  const isFirst = !use.further.some(({ base }) => base === grant.audience);
  const own = isFirst && grant.patient !== null && mine.person.fhirUser === `Patient/${grant.patient}`;
  // The name only of whom this person may still open.
  const picker = pickerAt(grant.audience ?? '', use.picker, use.further);
  const patient =
    grant.patient === null || own ? undefined : await picker.patientById(mine.person, grant.patient).catch(() => undefined);
  return {
    grant: grant.id,
    name: grant.clientName,
    scopes: parseScopes(grant.scope),
    whose: own ? 'own' : patient?.name,
    allowedAt: grant.allowedAt.getTime(),
    lastUsed: grant.lastUsed?.getTime(),
    until: grant.connectedUntil?.getTime(),
    passUntil: grant.passUntil?.getTime(),
  };
}
