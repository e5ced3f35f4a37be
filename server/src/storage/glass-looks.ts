/** What was asked under a broken glass, from the audit trail: oldest first, in a few words each. */
import { type Kysely, sql } from 'kysely';
import type { BrokenGlass } from './break-glass.ts';
import type { Database } from './schema.ts';

export interface GlassLook {
  readonly at: Date;
  /** `search Observation`, `read Patient/1`. */
  readonly what: string;
  readonly type: string | undefined;
  readonly outcome: string;
  /** Resources that were shown, `Type/id`. */
  readonly resources: readonly string[];
  readonly recordId: string;
}

const MOST = 500;
/** Clocks of the nodes differ, and a request may have begun before the end. */
const MARGIN_MS = 60_000;

export async function looksUnderGlass(db: Kysely<Database>, glass: BrokenGlass): Promise<readonly GlassLook[]> {
  const from = new Date(glass.opened_at.getTime() - MARGIN_MS);
  const to = new Date(glass.expires_at.getTime() + MARGIN_MS);
  const rows = await db
    .selectFrom('audit_record')
    .select(['record_id', 'recorded', 'record'])
    .where('recorded', '>=', from)
    .where('recorded', '<', to)
    .where('kind', '=', 'request')
    .where(sql<boolean>`record -> 'caller' ->> 'override' = ${glass.id}`)
    .orderBy('recorded')
    .limit(MOST)
    .execute();
  return rows.map(({ record_id: recordId, recorded, record }) => {
    const { action, type, resources, outcome } = record as {
      readonly action: string;
      readonly type?: string;
      readonly resources: readonly string[];
      readonly outcome: string;
    };
    const what =
      action === 'read' && resources.length === 1 ? `read ${resources[0]}` : `${action}${type === undefined ? '' : ` ${type}`}`;
    return { at: recorded, what, type, outcome, resources, recordId };
  });
}
