/**
 * Opens, closes and lets lapse. INVARIANT: a glass is open only when its record is on disk and the notice to the offices is stored;
 * it is bound to one person and one patient, ends by itself, and is never prolonged.
 */
import { randomUUID } from 'node:crypto';
import { type CompiledPolicies, mayBreakGlass, Problem } from '@fireguard/engine';
import type { Kysely } from 'kysely';
import type { AuditDraft, AuditLog } from '../audit-log/audit-log.ts';
import type { Notifier } from '../notify/notifier.ts';
import {
  addGlassNote,
  type BrokenGlass,
  bindGlass,
  endGlass,
  insertGlass,
  lapsedGlasses,
  nextGlassId,
  openGlassById,
  openGlassOf,
} from '../storage/break-glass.ts';
import type { Database } from '../storage/schema.ts';
import type { BreakGlassSettings } from './config.ts';
import { isGlassReason, reasonLength } from './reasons.ts';

export interface Declarer {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly fhirUser: string | undefined;
}

export interface Declaration {
  readonly person: Declarer;
  readonly client?: { readonly id: string; readonly name: string } | undefined;
  /** Default: on the page. */
  readonly declared?: 'page' | 'claim';
  readonly organization?: string;
  /** Bare id; undefined: the first patient who is opened. */
  readonly patient: string | undefined;
  readonly reasonCode: string;
  readonly reason: string;
  readonly address: string;
  readonly requestId: string;
}

export interface Glasses {
  /** How long one stays open, and within how many days it is reviewed. */
  readonly minutes: number;
  readonly reviewDays: number;
  /** Whether the header may name the old code. */
  readonly legacyCode: boolean;
  /** Whether some rule lets somebody with these roles break the glass. */
  mayBreak(roles: readonly string[]): boolean;
  /** Throws Problem forbidden (audited as an alert) or parameter-invalid; one that the person had open before is closed. */
  open(declaration: Declaration): Promise<BrokenGlass>;
  /** The person's open glass. */
  openOf(personId: string): Promise<BrokenGlass | undefined>;
  openById(id: string): Promise<BrokenGlass | undefined>;
  /** Of a glass for nobody in particular: this patient it is. Undefined when it has become another's meanwhile. */
  bind(glass: BrokenGlass, patient: string): Promise<BrokenGlass | undefined>;
  /** False when it was not open any more. */
  close(glass: BrokenGlass, by: string, requestId: string): Promise<boolean>;
  /** Refused by the header or by a claim: an alert in the audit. */
  refused(
    person: Declarer | undefined,
    why: string,
    place: { readonly address: string; readonly requestId: string },
  ): Promise<void>;
  /** Adds to what is reviewed. */
  note(
    glass: BrokenGlass,
    author: Declarer,
    text: string,
    place: { readonly address: string; readonly requestId: string },
  ): Promise<void>;
  /** Stops looking for those whose time is over. */
  stop(): Promise<void>;
}

export interface GlassesOptions {
  readonly db: Kysely<Database>;
  readonly audit: AuditLog;
  readonly notifier: Pick<Notifier, 'enqueue'>;
  readonly policies: () => CompiledPolicies;
  readonly settings: BreakGlassSettings;
  /** Where the offices review; without a slash at its end. */
  readonly consoleUrl: string;
  readonly now: () => number;
}

const DAY_MS = 86_400_000;
const LOOK_MS = 5_000;
const FORBIDDEN = new Problem('forbidden', 'This is not permitted.');

export function openGlasses(use: GlassesOptions): Glasses {
  const { db, audit, notifier, settings, now } = use;
  const at = () => new Date(now());

  const close = async (glass: BrokenGlass, by: string, requestId: string): Promise<boolean> => {
    if (glass.ended_at !== null) return false;
    await audit.append(draftOf('glass-closed', glass, `Closed ${glass.id}: ${by}.`, requestId));
    // No later than its time: who looks late must not make it look longer.
    const ended = new Date(Math.min(now(), glass.expires_at.getTime()));
    const closed = await endGlass(db, glass.id, ended, by);
    if (closed === undefined) return false;
    await notifier.enqueue({
      id: `${glass.id}-closed`,
      topic: 'break-glass',
      title: `${glass.id} was closed`,
      text: `The emergency access ${glass.id} of ${glass.person_name} has ended (${by}). It waits for its review until ${day(glass.due_at)}.`,
      facts: { id: glass.id, event: 'closed', by, due: day(glass.due_at) },
      link: reviewLink(glass),
    });
    return true;
  };

  const reviewLink = ({ id }: BrokenGlass) => `${use.consoleUrl}/#/review/undecided/${id}`;

  const lapse = async () => {
    for (const glass of await lapsedGlasses(db, at())) await close(glass, 'its time was over', randomUUID());
  };
  let looking: Promise<void> = Promise.resolve();
  // The database is away, or the journal is: it is tried again, and nothing is open meanwhile.
  const timer = setInterval(() => (looking = looking.then(lapse).catch(() => undefined)), LOOK_MS);
  timer.unref();

  const refused: Glasses['refused'] = async (person, why, { address, requestId }) => {
    await audit.append({
      kind: 'break-glass',
      action: 'glass-refused',
      outcome: 'deny',
      reason: why,
      ...(person === undefined ? {} : { caller: callerOf(person, undefined) }),
      address,
      ...nothing,
      requestId,
    });
  };

  const glasses: Glasses = {
    minutes: settings.minutes,
    reviewDays: settings.reviewDays,
    legacyCode: settings.legacyCode,
    mayBreak: (roles) => mayBreakGlass(use.policies(), roles),
    openOf: (personId) => openGlassOf(db, personId, at()),
    openById: (id) => openGlassById(db, id, at()),
    close,
    refused,
    async open(declaration) {
      const { person, client, patient, reasonCode, address, requestId } = declaration;
      if (!glasses.mayBreak(person.roles)) {
        await refused(person, 'Tried to break the glass without the privilege.', declaration);
        throw FORBIDDEN;
      }
      const reason = declaration.reason.trim();
      if (!isGlassReason(reasonCode)) throw new Problem('parameter-invalid', 'The reason is not one of those known.');
      if (reason.length < reasonLength.least || reason.length > reasonLength.most)
        throw new Problem('parameter-invalid', 'What is happening must be said in one sentence at least.');
      const before = declaration.declared === 'claim' ? undefined : await openGlassOf(db, person.id, at());
      if (before !== undefined) await close(before, 'another was opened', requestId);
      const opened = at();
      const id = await nextGlassId(db, opened);
      const glass = {
        id,
        person_id: declaration.declared === 'claim' ? null : person.id,
        person_name: person.name,
        fhir_user: person.fhirUser ?? null,
        client_id: client?.id ?? null,
        client_name: client?.name ?? null,
        organization: declaration.organization ?? null,
        patient: patient ?? null,
        declared: declaration.declared ?? ('page' as const),
        reason_code: reasonCode,
        reason,
        address,
        opened_at: opened,
        expires_at: new Date(opened.getTime() + settings.minutes * 60_000),
        ended_at: null,
        ended_by: null,
        due_at: new Date(opened.getTime() + settings.reviewDays * DAY_MS),
        outcome: null,
        decided_by: null,
        decided_at: null,
      };
      await audit.append({
        kind: 'break-glass',
        action: 'glass-broken',
        outcome: 'permit',
        reason: `${id}, ${reasonCode}: ${reason}`,
        caller: callerOf(person, client, id),
        address,
        ...nothing,
        patients: patient === undefined ? [] : [patient],
        requestId,
      });
      // Told first: a notice of a glass that then could not be broken does less harm than a broken glass of which nobody is told.
      await notifier.enqueue({
        id: `${id}-broken`,
        topic: 'break-glass',
        title: `${id}: the glass was broken`,
        text: `${person.name} opened a record in an emergency (${id}, reason: ${reasonCode}). It closes by ${time(glass.expires_at)}; review it by ${day(glass.due_at)}.`,
        facts: {
          id,
          event: 'broken',
          by: person.name,
          reason: reasonCode,
          until: glass.expires_at.toISOString(),
          due: day(glass.due_at),
        },
        link: `${use.consoleUrl}/#/review/undecided/${id}`,
      });
      return insertGlass(db, glass);
    },
    async bind(glass, patient) {
      if (glass.patient === null) await bindGlass(db, glass.id, patient);
      const bound = await openGlassById(db, glass.id, at());
      return bound?.patient === patient ? bound : undefined;
    },
    async note(glass, author, text, { requestId }) {
      await audit.append(draftOf('glass-noted', glass, `${author.name} added a note to ${glass.id}.`, requestId));
      await addGlassNote(db, glass.id, author.name, text);
    },
    async stop() {
      clearInterval(timer);
      await looking;
    },
  };
  return Object.freeze(glasses);
}

const nothing = { patients: [], resources: [], masked: [], withheld: 0, rules: [] } as const;

function draftOf(action: string, glass: BrokenGlass, reason: string, requestId: string): AuditDraft {
  const person = {
    id: glass.person_id ?? glass.person_name,
    name: glass.person_name,
    roles: [],
    fhirUser: glass.fhir_user ?? undefined,
  };
  const client = glass.client_id === null ? undefined : { id: glass.client_id, name: glass.client_name ?? glass.client_id };
  return {
    kind: 'break-glass',
    action,
    outcome: 'permit',
    reason,
    caller: callerOf(person, client, glass.id),
    address: glass.address,
    ...nothing,
    patients: glass.patient === null ? [] : [glass.patient],
    requestId,
  };
}

const BTG = Object.freeze({ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'BTG' });

function callerOf(person: Declarer, client: Declaration['client'], override?: string): NonNullable<AuditDraft['caller']> {
  const { id, name, fhirUser, roles } = person;
  return {
    kind: 'user',
    ...(client === undefined ? {} : { client }),
    user: { id, name, ...(fhirUser === undefined ? {} : { fhirUser }) },
    roles,
    purposes: [BTG],
    ...(override === undefined ? {} : { override }),
  };
}

function day(at: Date): string {
  return at.toISOString().slice(0, 10);
}

function time(at: Date): string {
  return `${at.toISOString().slice(11, 16)} UTC`;
}
