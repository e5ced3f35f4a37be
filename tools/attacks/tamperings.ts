/**
 * Ways of tampering with a trail, by two attackers. The first edits what lies there: the journal's files, or the database's rows. The second rewrites both and
 * computes the chain anew, so that only the checkpoints speak. Each says what must be found: what was done, and the record.
 */
import type { Tampering } from '../../server/src/audit-log/verify.ts';
import type { NewAuditRecord } from '../../server/src/storage/audit-copy.ts';
import type { Random } from '../../server/test/two-worlds/random.ts';
import { act, forge, recordsOf, rowsOf, segmentNames, type Trail } from './trail.ts';

export interface Expected {
  readonly what: readonly Tampering[];
  /** The first record that is not as it was. */
  readonly seq: number;
  /** Whether it must be named itself, or may be named as one of the stretch between two checkpoints. */
  readonly exactly: boolean;
}

export interface Attack {
  readonly name: string;
  /** Undefined: it cannot be done to this trail. */
  readonly apply: (trail: Trail, random: Random) => Expected | undefined;
}

interface Spot {
  readonly name: string;
  readonly lines: string[];
  /** Index in `lines` of a record. */
  readonly at: number;
  readonly seq: number;
}

/** A record of the journal, somewhere. `behind`: how many records must follow it in its segment. */
function spotIn(trail: Trail, random: Random, behind = 0): Spot | undefined {
  const spots: Spot[] = [];
  let seq = 0;
  for (const name of segmentNames(trail.files)) {
    const lines = trail.files.get(name)!.split('\n').slice(0, -1);
    for (let at = 1; at < lines.length; at += 1) {
      seq += 1;
      if (at + behind < lines.length) spots.push({ name, lines, at, seq });
    }
  }
  return spots.length === 0 ? undefined : random.pick(spots);
}

const put = (trail: Trail, { name, lines }: Spot): unknown => trail.files.set(name, lines.map((line) => `${line}\n`).join(''));

const falsified = (record: string, random: Random): string => {
  const value = JSON.parse(record) as { outcome: string; patients: string[]; caller: { user: { id: string } } };
  if (random.chance(0.3)) value.outcome = value.outcome === 'permit' ? 'deny' : 'permit';
  else if (random.chance(0.5)) value.patients = ['somebody-else'];
  else value.caller.user.id = 'not-me';
  return JSON.stringify(value);
};

export const journalEdits: readonly Attack[] = [
  {
    name: 'a byte of a record',
    apply(trail, random) {
      const spot = spotIn(trail, random)!;
      const line = spot.lines[spot.at]!;
      const at = random.below(line.length);
      spot.lines[spot.at] = line.slice(0, at) + (line[at] === 'x' ? 'y' : 'x') + line.slice(at + 1);
      put(trail, spot);
      return { what: ['changed'], seq: spot.seq, exactly: true };
    },
  },
  {
    name: 'a record removed',
    apply(trail, random) {
      const spot = spotIn(trail, random, 1);
      if (spot === undefined) return undefined;
      spot.lines.splice(spot.at, 1);
      put(trail, spot);
      return { what: ['missing'], seq: spot.seq, exactly: true };
    },
  },
  {
    name: 'two records swapped',
    apply(trail, random) {
      const spot = spotIn(trail, random, 1);
      if (spot === undefined) return undefined;
      const other = spot.at + 1 + random.below(spot.lines.length - spot.at - 1);
      [spot.lines[spot.at], spot.lines[other]] = [spot.lines[other]!, spot.lines[spot.at]!];
      put(trail, spot);
      return { what: ['reordered'], seq: spot.seq, exactly: true };
    },
  },
  {
    name: 'the end cut off',
    apply(trail, random) {
      const names = segmentNames(trail.files);
      const name = names.at(-1)!;
      const lines = trail.files.get(name)!.split('\n').slice(0, -1);
      const cut = 1 + random.below(lines.length - 1);
      if (lines.length < 2) return undefined;
      const left = lines.slice(0, lines.length - cut);
      trail.files.set(name, left.map((line) => `${line}\n`).join(''));
      // Half of them rewrite the head file as well; the database still knows.
      if (random.chance(0.5)) {
        const last = /^\{"seq":(\d+),"prev":"\w+","hash":"(\w+)"/.exec(left.at(-1)!);
        if (last !== null)
          trail.files.set('head', `${JSON.stringify({ chain: trail.chain, seq: Number(last[1]), hash: last[2] })}\n`);
      }
      return { what: ['truncated'], seq: trail.end - cut + 1, exactly: true };
    },
  },
  {
    name: 'a segment removed',
    apply(trail, random) {
      const names = segmentNames(trail.files);
      if (names.length < 2) return undefined;
      const at = random.below(names.length - 1);
      const before = recordsOf(trail.files).slice(0, at).flat().length;
      trail.files.delete(names[at]!);
      return { what: ['missing'], seq: before + 1, exactly: true };
    },
  },
  {
    name: 'a segment replaced by one of another journal',
    apply(trail, random) {
      const names = segmentNames(trail.files);
      const at = random.below(names.length);
      const all = recordsOf(trail.files);
      const other = all.map((records) => records.map(() => JSON.stringify({ ...act(random), recorded: 1 })));
      trail.files.set(names[at]!, forge('gateway-1/another', other).get(names[at]!)!);
      return { what: ['changed'], seq: all.slice(0, at).flat().length + 1, exactly: true };
    },
  },
  {
    name: 'a segment replaced by one that is right in itself',
    apply(trail, random) {
      const names = segmentNames(trail.files);
      const all = recordsOf(trail.files);
      const at = random.below(names.length - 1);
      if (names.length < 2 || all[at]!.length === 0) return undefined;
      const forged = all.map((records, index) => (index === at ? records.map((record) => falsified(record, random)) : records));
      trail.files.set(names[at]!, forge(trail.chain, forged).get(names[at]!)!);
      return { what: ['changed'], seq: all.slice(0, at).flat().length + 1, exactly: true };
    },
  },
];

const row = (trail: Trail, random: Random, behind = 0): number => random.below(trail.rows.length - behind);

export const databaseEdits: readonly Attack[] = [
  {
    name: 'a row deleted',
    apply(trail, random) {
      // The last row may be as if it were still on its way, unless a checkpoint says that it had come.
      const at = row(trail, random);
      if (at + 1 > trail.anchored) return undefined;
      trail.rows.splice(at, 1);
      return { what: ['missing'], seq: at + 1, exactly: true };
    },
  },
  ...(
    [
      ['its record', ({ record }, random) => ({ record: falsified(record, random) })],
      ['its outcome', ({ outcome }) => ({ outcome: outcome === 'permit' ? 'deny' : 'permit' })],
      ['its person', () => ({ person_id: 'not-me' })],
      ['its time', ({ recorded }) => ({ recorded: new Date(Date.parse(recorded) - 60_000).toISOString() })],
      ['its hash', ({ hash }) => ({ hash: hash.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) })],
      [
        'its patients',
        ({ patients }) => ({ patients: [...patients, { patient: 'somebody-else', place: patients.length + 1 }] }),
      ],
      ['its patients, fewer', ({ patients }) => (patients.length === 0 ? undefined : { patients: patients.slice(1) })],
    ] as const satisfies readonly (readonly [
      string,
      (row: NewAuditRecord, random: Random) => Partial<NewAuditRecord> | undefined,
    ])[]
  ).map(
    ([name, change]): Attack => ({
      name: `a row changed: ${name}`,
      apply(trail, random) {
        const at = row(trail, random);
        const changed = (change as (row: NewAuditRecord, random: Random) => Partial<NewAuditRecord> | undefined)(
          trail.rows[at]!,
          random,
        );
        if (changed === undefined) return undefined;
        trail.rows[at] = { ...trail.rows[at]!, ...changed };
        return { what: ['changed'], seq: at + 1, exactly: true };
      },
    }),
  ),
  {
    name: 'two rows swapped',
    apply(trail, random) {
      const at = row(trail, random, 1);
      const other = at + 1 + random.below(trail.rows.length - at - 1);
      const [one, two] = [trail.rows[at]!, trail.rows[other]!];
      trail.rows[at] = { ...one, sequence: two.sequence };
      trail.rows[other] = { ...two, sequence: one.sequence };
      return { what: ['reordered'], seq: at + 1, exactly: true };
    },
  },
  {
    name: 'a row added',
    apply(trail, random) {
      const at = row(trail, random);
      const copy = trail.rows[at]!;
      const sequence = random.chance(0.5) ? trail.end + 1 + random.below(5) : copy.sequence;
      trail.rows.push({ ...copy, sequence, record_id: `${copy.record_id.slice(0, -4)}ffff` });
      // Which of two under one number is ours is told by its content, so the other may be met first.
      return { what: ['added', 'changed'], seq: sequence, exactly: false };
    },
  },
];

/** Edits of the list of records, after which everything is computed anew. `at` is an index of the whole list, before the last checkpoint. */
const edits: readonly { readonly name: string; readonly edit: (records: string[], at: number, random: Random) => boolean }[] = [
  {
    name: 'a record changed',
    edit(records, at, random) {
      records[at] = falsified(records[at]!, random);
      return true;
    },
  },
  {
    name: 'a record removed',
    edit(records, at) {
      records.splice(at, 1);
      return true;
    },
  },
  {
    name: 'a record added',
    edit(records, at, random) {
      records.splice(at, 0, JSON.stringify({ ...act(random), recorded: 1_793_000_000_000 }));
      return true;
    },
  },
  {
    name: 'two records swapped',
    edit(records, at) {
      if (at + 1 >= records.length) return false;
      [records[at], records[at + 1]] = [records[at + 1]!, records[at]!];
      return true;
    },
  },
  {
    name: 'a stretch replaced',
    edit(records, at, random) {
      for (let index = at; index < Math.min(at + 8, records.length); index += 1)
        records[index] = falsified(records[index]!, random);
      return true;
    },
  },
];

export const rewritings: readonly Attack[] = [
  ...edits.map(
    ({ name, edit }): Attack => ({
      name: `all rewritten: ${name}`,
      apply(trail, random) {
        const segments = recordsOf(trail.files);
        const sizes = segments.map((records) => records.length);
        const records = segments.flat();
        const at = random.below(trail.anchored);
        if (!edit(records, at, random)) return undefined;
        return rewritten(trail, cutUp(records, sizes), { what: ['changed', 'truncated'], seq: at + 1, exactly: false });
      },
    }),
  ),
  {
    name: 'all rewritten: a segment replaced',
    apply(trail, random) {
      const segments = recordsOf(trail.files);
      const starts = segments.map((_records, index) => segments.slice(0, index).flat().length);
      const within = segments.flatMap((records, index) =>
        records.length > 0 && starts[index]! < trail.anchored ? [index] : [],
      );
      const at = random.pick(within);
      const forged = segments.map((records, index) =>
        index === at ? records.map((record) => falsified(record, random)) : records,
      );
      return rewritten(trail, forged, { what: ['changed'], seq: starts[at]! + 1, exactly: false });
    },
  },
  {
    name: 'all rewritten: the end cut off',
    apply(trail, random) {
      const sizes = recordsOf(trail.files).map((records) => records.length);
      const left = random.below(trail.anchored);
      const records = recordsOf(trail.files).flat().slice(0, left);
      return rewritten(trail, cutUp(records, sizes), { what: ['truncated'], seq: left + 1, exactly: true });
    },
  },
  {
    name: 'all rewritten: another journal under another name',
    apply(trail, random) {
      const records = recordsOf(trail.files).map((segment) => segment.map((record) => falsified(record, random)));
      const chain = 'gateway-1/0c3c1f9e-0000-4000-8000-000000000000';
      trail.files.clear();
      for (const [name, text] of forge(chain, records)) trail.files.set(name, text);
      trail.rows = rowsOf(trail.files, chain);
      return { what: ['changed'], seq: 1, exactly: true };
    },
  },
];

function rewritten(trail: Trail, segments: readonly (readonly string[])[], expected: Expected): Expected {
  const forged = forge(trail.chain, segments);
  trail.files.clear();
  for (const [name, text] of forged) trail.files.set(name, text);
  trail.rows = rowsOf(trail.files, trail.chain);
  return expected;
}

function cutUp(records: readonly string[], sizes: readonly number[]): readonly (readonly string[])[] {
  let from = 0;
  const parts = sizes.map((size, index) => {
    const part = records.slice(from, index === sizes.length - 1 ? undefined : from + size);
    from += size;
    return part;
  });
  return parts.filter((part, index) => index === 0 || part.length > 0);
}
