/** Tampers with generated trails and verifies each, and as many that nobody touched. The database is real; what is done to it is taken back. */
import { losingFolder } from '../../server/src/audit-log/testing.ts';
import { type TrailVerification, verifyTrail } from '../../server/src/audit-log/verify-trail.ts';
import { addNewRecords } from '../../server/src/storage/audit-copy.ts';
import { asSuperuser } from '../../server/src/storage/managed.ts';
import { testDatabase } from '../../server/src/storage/testing.ts';
import { Random } from '../../server/test/two-worlds/random.ts';
import { type Attack, databaseEdits, type Expected, journalEdits, rewritings } from './tamperings.ts';
import { makeTrail, type Trail } from './trail.ts';

export interface AuditAttacks {
  readonly tried: number;
  readonly detected: number;
  readonly controls: number;
  /** Controls that did not verify, and attacks that were missed or named wrongly. */
  readonly wrong: readonly string[];
}

/** `count` tamperings, half of them by somebody who rewrites everything, and as many controls. */
export async function attackAudit(count: number, seed: number): Promise<AuditAttacks> {
  const random = new Random(seed);
  const database = await testDatabase();
  const wrong: string[] = [];
  let [tried, detected, controls] = [0, 0, 0];
  try {
    await asSuperuser(database.host, database.database, async (client) => {
      await client.query('SET search_path TO fireguard');
      const verified = async (trail: Trail): Promise<TrailVerification> => {
        const folder = losingFolder();
        for (const [name, text] of trail.files) folder.put(name, text);
        await client.query('BEGIN');
        try {
          await addNewRecords(client, trail.rows);
          return await verifyTrail({ folder, checkpoints: trail.checkpoints, database: client });
        } finally {
          await client.query('ROLLBACK');
        }
      };
      while (tried < count) {
        const attack: Attack = random.pick(tried % 2 === 0 ? rewritings : random.chance(0.5) ? journalEdits : databaseEdits);
        const trail = await makeTrail(random);
        const clean = await verified({ ...trail, files: new Map(trail.files), rows: [...trail.rows] });
        const expected = attack.apply(trail, random);
        if (expected === undefined) continue;
        controls += 1;
        if (!clean.ok) wrong.push(`control ${controls}: ${clean.why}`);
        tried += 1;
        const result = await verified(trail);
        if (isRight(result, expected)) detected += 1;
        else wrong.push(`${attack.name}, record ${expected.seq} of ${trail.end} (${trail.anchored} anchored): ${said(result)}`);
      }
    });
  } finally {
    await database.drop();
  }
  return { tried, detected, controls, wrong };
}

function isRight(result: TrailVerification, { what, seq, exactly }: Expected): boolean {
  if (result.ok || !what.includes(result.what)) return false;
  if (result.at.seq === seq) return true;
  const { unproven } = result;
  return !exactly && unproven !== undefined && unproven.from <= seq && seq <= unproven.to;
}

const said = (result: TrailVerification): string =>
  result.ok ? 'NOT FOUND' : `named ${result.what} at ${result.at.seq}: ${result.why}`;
