/**
 * Consents that Fireguard keeps itself, every version of each. INVARIANT: a row is added and never changed, so that what was in force at any time can
 * be shown. Announce changes as `{ kind: 'relation', id: '*' }`.
 */
import { type Kysely, sql } from 'kysely';
import type { Database } from './schema.ts';

type Db = Kysely<Database>;

export interface KeptConsent {
  readonly id: string;
  readonly version: number;
  /** The bare id. */
  readonly patient: string;
  /** The Consent as JSON text; undefined = taken back in this version. */
  readonly resource: string | undefined;
  readonly createdAt: Date;
}

/** The current version of each consent of these patients that was not taken back. */
export async function consentsOf(db: Db, patients: readonly string[]): Promise<readonly KeptConsent[]> {
  const rows = await db
    .selectFrom('consent')
    .distinctOn('id')
    .select(['id', 'version', 'patient', 'resource', 'created_at'])
    .where('id', 'in', (inner) =>
      inner
        .selectFrom('consent')
        .select('id')
        .where('patient', '=', sql<string>`any(${[...patients]})`),
    )
    .orderBy('id')
    .orderBy('version', 'desc')
    .execute();
  return rows.filter(({ resource, patient }) => resource !== null && patients.includes(patient)).map(keptOf);
}

/** Current versions that were not taken back, by id; of these patients or with these ids, where either is given. */
export async function currentConsents(
  db: Db,
  narrowed: { readonly patients?: readonly string[] | undefined; readonly ids?: readonly string[] | undefined },
  most: number,
): Promise<readonly KeptConsent[]> {
  const { patients, ids } = narrowed;
  const rows = await db
    .selectFrom((inner) => {
      const newest = inner.selectFrom('consent').distinctOn('id').selectAll().orderBy('id').orderBy('version', 'desc');
      const ofPatients =
        patients === undefined ? newest : newest.where('patient', '=', sql<string>`any(${[...patients]}::text[])`);
      return (ids === undefined ? ofPatients : ofPatients.where('id', '=', sql<string>`any(${[...ids]}::text[])`)).as('newest');
    })
    .selectAll()
    .where('resource', 'is not', null)
    .orderBy('id')
    .limit(most)
    .execute();
  return rows.map(keptOf);
}

/** Which of these ids a consent has, or had before it was taken back. */
export async function keptIds(db: Db, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom('consent')
    .distinct()
    .select('id')
    .where('id', '=', sql<string>`any(${[...ids]}::text[])`)
    .execute();
  return new Set(rows.map(({ id }) => id));
}

/** Versions of all consents, the newest first, from the place `offset` on. */
export async function consentVersions(db: Db, offset: number, most: number): Promise<readonly KeptConsent[]> {
  const rows = await db
    .selectFrom('consent')
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .orderBy('version', 'desc')
    .offset(offset)
    .limit(most)
    .execute();
  return rows.map(keptOf);
}

/** Every version, the newest first. */
export async function consentHistory(db: Db, id: string): Promise<readonly KeptConsent[]> {
  const rows = await db.selectFrom('consent').selectAll().where('id', '=', id).orderBy('version', 'desc').execute();
  return rows.map(keptOf);
}

/** Adds the next version; `resource` undefined takes the consent back. Two at once: one of them fails, and may be tried again. */
export async function addConsentVersion(
  db: Db,
  { id, patient, resource }: Pick<KeptConsent, 'id' | 'patient' | 'resource'>,
): Promise<KeptConsent> {
  const row = await db
    .insertInto('consent')
    .values({
      id,
      patient,
      resource: resource ?? null,
      version: sql<number>`(SELECT coalesce(max(version), 0) + 1 FROM consent WHERE id = ${id})`,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return keptOf(row);
}

/** Adds the version after `version` (0 = the first). Undefined: somebody else has added one since. */
export async function addConsentVersionAfter(
  db: Db,
  version: number,
  { id, patient, resource }: Pick<KeptConsent, 'id' | 'patient' | 'resource'>,
): Promise<KeptConsent | undefined> {
  const row = await db
    .insertInto('consent')
    .values({ id, patient, resource: resource ?? null, version: version + 1 })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();
  return row === undefined ? undefined : keptOf(row);
}

function keptOf(row: { id: string; version: number; patient: string; resource: string | null; created_at: Date }): KeptConsent {
  const { id, version, patient, resource } = row;
  return { id, version, patient, resource: resource ?? undefined, createdAt: row.created_at };
}
