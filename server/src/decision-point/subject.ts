/**
 * AuthZEN §5.1: from the subject of a question to a `Caller`. Who is known here is taken as known here: their roles and their fhirUser are ours, whatever
 * the question says. INVARIANT: whatever a door says of a subject is bounded by the door's own scopes, and of strangers it may speak only where
 * the configuration lets it (confused deputy).
 */
import { type Caller, type Coding, confidentialityRank, isId, narrow, Problem, parseScopes } from '@fireguard/engine';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { clientById } from '../storage/clients.ts';
import { type Person, personById, personByUsername } from '../storage/people.ts';
import type { Database } from '../storage/schema.ts';
import type { Door } from './door.ts';

const word = z.string().min(1).max(200);

export const subjectShape = z.object({ type: word, id: word, properties: z.record(z.string(), z.unknown()).optional() });

/** What a question may say of the circumstances; the rest is ignored (AuthZEN §5.4). */
export const contextShape = z.looseObject({
  purpose_of_use: z.union([word, z.array(word).max(20)]).optional(),
  /** The most that is asked for, as `Category` says it at the gateway (XSPA: `confidentiality-code`). */
  confidentiality_code: z.union([word, z.array(word).min(1).max(20)]).optional(),
  scope: z.union([z.string().max(4000), z.array(word).max(200)]).optional(),
  client_id: word.optional(),
  patient: word.optional(),
  acr: word.optional(),
  /** Seconds since the epoch. */
  auth_time: z.number().int().optional(),
  supported_obligations: z.array(word).max(50).optional(),
});

export type Subject = z.infer<typeof subjectShape>;
export type Context = z.infer<typeof contextShape>;

/** What a door may say of a stranger. */
const description = z.looseObject({
  roles: z.array(word).max(50).default([]),
  fhirUser: z
    .string()
    .regex(/^(Practitioner|PractitionerRole|Patient|RelatedPerson|Person|Device)\/[A-Za-z0-9.-]{1,64}$/)
    .optional(),
  name: word.optional(),
});

const CONFIDENTIALITY = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';
const ACT_REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
/** One question long. */
const LIFE_MS = 60_000;

export interface Directory {
  readonly db: Kysely<Database>;
  readonly issuer: string;
  readonly now: () => number;
}

/** Throws Problem `token-invalid` for a subject who is not known here, or may not act. */
export async function callerOfSubject(subject: Subject, context: Context, door: Door, use: Directory): Promise<Caller> {
  const who = await whoIs(subject, door, use);
  if (who === undefined) throw new Problem('token-invalid', 'The subject is not known here.');
  const { acr, auth_time: at } = context;
  return Object.freeze<Caller>({
    ...who,
    client: who.client ?? { id: context.client_id ?? door.id, name: context.client_id ?? `Door ${door.id}` },
    scopes: Object.freeze(parseScopes(scopeOf(context, door, who.bound))),
    patient: patientOf(context.patient),
    purposes: purposesOf(context.purpose_of_use),
    token: { id: `door ${door.id}`, issuer: use.issuer, expiresAt: use.now() + LIFE_MS },
    address: '',
    ...ceilingOf(context.confidentiality_code),
    ...(acr === undefined || at === undefined ? {} : { signIn: { acr, at: at * 1000 } }),
  });
}

interface Who extends Pick<Caller, 'kind' | 'user' | 'roles'> {
  readonly client?: { readonly id: string; readonly name: string };
  /** A client's own registered scope, beside the door's. */
  readonly bound?: string;
}

async function whoIs(subject: Subject, door: Door, use: Directory): Promise<Who | undefined> {
  const { type, id } = subject;
  if (type === 'client' || type === 'system') return clientWho(id, use);
  const fhirUser = referenceOf(type, id);
  const person = fhirUser === undefined ? await byName(id, use) : await byFhirUser(fhirUser, use);
  if (person !== undefined) return person.disabled ? undefined : personWho(person);
  return door.mayDescribe ? stranger(subject, fhirUser) : undefined;
}

async function clientWho(id: string, use: Directory): Promise<Who | undefined> {
  const client = await clientById(use.db, id);
  if (client === undefined || client.disabled || client.kind !== 'backend') return undefined;
  const { name, roles, scope, fhir_identity: identity } = client;
  const named = { id, name, ...(identity === null ? {} : { identity }) };
  return { kind: 'system', user: undefined, roles: Object.freeze(roles), client: named, bound: scope };
}

function personWho({ id, name, roles, fhir_user: fhirUser }: Person): Who {
  return { kind: 'user', user: { id, name, fhirUser: fhirUser ?? undefined }, roles: Object.freeze(roles) };
}

function stranger({ id, properties }: Subject, named: string | undefined): Who | undefined {
  const told = description.safeParse(properties ?? {});
  if (!told.success) throw new Problem('parameter-invalid', 'The properties of the subject are not right.');
  const { roles, fhirUser, name } = told.data;
  return { kind: 'user', user: { id, name: name ?? id, fhirUser: named ?? fhirUser }, roles: Object.freeze(roles) };
}

async function byName(name: string, { db }: Directory): Promise<Person | undefined> {
  return (await personById(db, name)) ?? (await personByUsername(db, name));
}

/** Of two people with one resource nobody knows who is meant. */
async function byFhirUser(fhirUser: string, { db }: Directory): Promise<Person | undefined> {
  const people = await db.selectFrom('person').selectAll().where('fhir_user', '=', fhirUser).limit(2).execute();
  return people.length === 1 ? people[0] : undefined;
}

const FHIR_USERS = new Map(
  ['Practitioner', 'PractitionerRole', 'Patient', 'RelatedPerson', 'Person', 'Device'].map((type) => [
    type.toLowerCase(),
    type,
  ]),
);

/** `{type: "practitioner", id: "9"}` and `{…, id: "Practitioner/9"}` are `Practitioner/9`; undefined for a type that is none of FHIR's. */
function referenceOf(type: string, id: string): string | undefined {
  const known = FHIR_USERS.get(type.toLowerCase());
  if (known === undefined) return undefined;
  const bare = id.startsWith(`${known}/`) ? id.slice(known.length + 1) : id;
  return isId(bare) ? `${known}/${bare}` : undefined;
}

function scopeOf({ scope }: Context, door: Door, bound: string | undefined): string {
  const asked = scope === undefined ? door.scope : typeof scope === 'string' ? scope : scope.join(' ');
  const within = narrow(parseScopes(asked), door.scopes);
  return (bound === undefined ? within : narrow(parseScopes(within.join(' ')), parseScopes(bound))).join(' ');
}

function patientOf(patient: string | undefined): string | undefined {
  const id = patient?.replace(/^Patient\//, '');
  if (id !== undefined && !isId(id)) throw new Problem('parameter-invalid', 'context.patient is not a reference to a patient.');
  return id;
}

function purposesOf(given: string | readonly string[] | undefined): readonly Coding[] {
  return Object.freeze(codingsOf(given, ACT_REASON));
}

/** of several the lowest counts. INVARIANT: it only narrows, and what is not understood is refused. */
function ceilingOf(given: string | readonly string[] | undefined): Pick<Caller, 'ceiling'> {
  if (given === undefined) return {};
  const ranks = codingsOf(given, CONFIDENTIALITY).map(({ system, code }) => {
    const rank = system === CONFIDENTIALITY ? confidentialityRank(system, code) : undefined;
    if (rank === undefined) throw new Problem('parameter-invalid', 'context.confidentiality_code is not a confidentiality.');
    return rank;
  });
  return { ceiling: Math.min(...ranks) };
}

/** `system#code`, `system|code`, or a code of `known`. */
function codingsOf(given: string | readonly string[] | undefined, known: string): readonly { system: string; code: string }[] {
  const all = given === undefined ? [] : typeof given === 'string' ? [given] : given;
  return all.map((text) => {
    const at = Math.max(text.lastIndexOf('#'), text.lastIndexOf('|'));
    return at < 0 ? { system: known, code: text } : { system: text.slice(0, at), code: text.slice(at + 1) };
  });
}
