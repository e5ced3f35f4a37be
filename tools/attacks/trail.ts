/** An audit trail to attack: a journal as the server writes it, its rows, and the checkpoints that were carried away. Small, and different each time. */
import { generateKeyPairSync } from 'node:crypto';
import { readLine, writeHeader, writeRecord } from '../../server/src/audit-log/chain.ts';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from '../../server/src/audit-log/checkpoint.ts';
import { openJournal } from '../../server/src/audit-log/journal.ts';
import { recordRow } from '../../server/src/audit-log/record-row.ts';
import { losingFolder } from '../../server/src/audit-log/testing.ts';
import type { NewAuditRecord } from '../../server/src/storage/audit-copy.ts';
import type { Random } from '../../server/test/two-worlds/random.ts';

export interface Trail {
  readonly chain: string;
  /** Segments and head file. */
  readonly files: Map<string, string>;
  rows: NewAuditRecord[];
  /** Signatures have been checked. Not within the attacker's reach. */
  readonly checkpoints: readonly Checkpoint[];
  /** Sequence of the last record, and of the last that a checkpoint fixes. */
  readonly end: number;
  readonly anchored: number;
}

const key = generateKeyPairSync('ed25519').privateKey;
const start = Date.UTC(2026, 10, 1);

export async function makeTrail(random: Random): Promise<Trail> {
  const folder = losingFolder();
  let now = start + random.below(20 * 86_400_000);
  const segmentBytes = 2_000 + random.below(8_000);
  const open = () => openJournal({ folder, node: 'gateway-1', now: () => now, tell: () => undefined, segmentBytes });
  let journal = await open();
  const checkpoints: Checkpoint[] = [];
  const records = 12 + random.below(50);
  for (let one = 0; one < records; one += 1) {
    now += random.below(5_000);
    await journal.append(act(random));
    if (random.chance(0.02)) {
      await journal.close();
      journal = await open();
    }
    // The last one comes soon before the end or long before it; there is always one.
    if (random.chance(0.15) || (checkpoints.length === 0 && one >= records / 2)) {
      const { seq, hash } = journal.durable();
      const line = writeCheckpoint({ chain: journal.chain, seq, hash, copied: seq, at: new Date(now).toISOString() }, key);
      checkpoints.push(readCheckpoint(line, key)!);
    }
  }
  await journal.close();
  const files = new Map<string, string>();
  for (const name of await folder.names()) files.set(name, new TextDecoder().decode(folder.contents(name)));
  const { chain } = journal;
  const trail = { chain, files, checkpoints, end: records, anchored: checkpoints.at(-1)!.seq };
  return { ...trail, rows: rowsOf(files, chain) };
}

/** Texts of the records, by segment. */
export function recordsOf(files: ReadonlyMap<string, string>): string[][] {
  return segmentNames(files).map((name) =>
    files
      .get(name)!
      .split('\n')
      .map((text) => readLine(text))
      .flatMap((line) => (line?.kind === 'record' ? [line.record] : [])),
  );
}

export const segmentNames = (files: ReadonlyMap<string, string>): string[] =>
  [...files.keys()].filter((name) => name.endsWith('.jsonl')).sort();

/** A whole journal made anew of these records, head file and all: what somebody can do who knows the format and can write the folder. */
export function forge(chain: string, segments: readonly (readonly string[])[]): Map<string, string> {
  const files = new Map<string, string>();
  let [seq, hash] = [0, '0'.repeat(64)];
  segments.forEach((records, index) => {
    const header = writeHeader({ chain, segment: index + 1, first: seq + 1, prev: hash });
    const lines = [header.line];
    hash = header.hash;
    for (const record of records) {
      seq += 1;
      const written = writeRecord(seq, hash, record);
      lines.push(written.line);
      hash = written.hash;
    }
    files.set(`${String(index + 1).padStart(8, '0')}.jsonl`, `${lines.join('\n')}\n`);
  });
  files.set('head', `${JSON.stringify({ chain, seq, hash })}\n`);
  return files;
}

export function rowsOf(files: ReadonlyMap<string, string>, chain: string): NewAuditRecord[] {
  return segmentNames(files).flatMap((name) =>
    files
      .get(name)!
      .split('\n')
      .map((text) => readLine(text))
      .flatMap((line) => (line?.kind === 'record' ? [recordRow(line, chain)] : [])),
  );
}

export function act(random: Random): object {
  const patients = Array.from({ length: random.below(4) }, (_one, index) => `p${random.below(50)}-${index}`);
  const id = uuid(random);
  return {
    id,
    kind: random.pick(['request', 'request', 'request', 'intent', 'sign-in', 'administration']),
    outcome: random.pick(['permit', 'permit', 'permit', 'deny', 'failure']),
    action: random.pick(['read', 'search', 'update', 'create']),
    type: random.pick(['Patient', 'Observation', 'Condition']),
    caller: {
      kind: 'user',
      client: { id: 'app', name: 'App' },
      user: { id: `u${random.below(9)}`, name: 'Dr. Žofie O’Neil' },
      roles: ['physician'],
      purposes: [],
    },
    patients,
    resources: patients.map((patient) => `Patient/${patient}`),
    masked: [],
    withheld: random.below(3),
    rules: ['physicians-treat'],
    requestId: uuid(random),
  };
}

function uuid(random: Random): string {
  const hex = () => Array.from({ length: 8 }, () => random.below(16).toString(16)).join('');
  const [a, b, c, d] = [hex(), hex(), hex(), hex()];
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-8${c.slice(1, 4)}-${c.slice(4)}${d}`;
}
