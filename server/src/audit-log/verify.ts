/**
 * `fireguard audit verify`: reads a journal and says whether its chain holds; needs no server and no database.
 * What it proves: no record between the first and the last was changed, removed, added or moved by anyone who did not also recompute every hash
 * behind it; and nothing was cut off that the `head` file beside it has seen. With checkpoints that were kept elsewhere: nothing up to the last
 * of them was, by whoever could write all of the folder and the database but did not hold the signing key. What it cannot prove: what
 * happened behind the last checkpoint to somebody's hand who recomputes everything.
 */
import { nothingBefore, readLine } from './chain.ts';
import type { Checkpoint } from './checkpoint.ts';
import { diskFolder, type JournalFolder } from './journal-folder.ts';
import { type Head, JournalDamaged, readHead } from './recover.ts';
import { readLines, segmentIndex, segmentName, segments } from './segment.ts';

export interface Place {
  readonly segment: string;
  /** From 1; 1 is the header. */
  readonly line: number;
  /** Of the record there, or that should be there. */
  readonly seq: number;
}

export type Tampering = 'changed' | 'missing' | 'reordered' | 'truncated' | 'added';

/** The first thing that is wrong. `unproven`: the records among which it is, where only their checkpoints tell. */
export interface Finding {
  readonly at: Place;
  readonly what: Tampering;
  readonly why: string;
  readonly unproven?: { readonly from: number; readonly to: number };
}

export type Verification =
  | {
      readonly ok: true;
      readonly records: number;
      readonly segments: number;
      readonly head: { readonly chain: string; readonly seq: number; readonly hash: string };
      /** Bytes of a last line that was never finished, hence never acknowledged (a server at work, or a crash). */
      readonly unfinished: number;
      /** Checkpoints of this chain that it goes through, and the last record that they prove. */
      readonly checkpoints: number;
      readonly proven: number;
    }
  | ({ readonly ok: false } & Finding);

/** `directory`: the folder `audit` of a home. */
export async function verifyJournal(directory: string): Promise<Verification> {
  return verifyFolder(diskFolder(directory));
}

/** `checkpoints`: with good signatures; those of other chains are left out. */
export async function verifyFolder(folder: JournalFolder, checkpoints: readonly Checkpoint[] = []): Promise<Verification> {
  const names = await segments(folder);
  let head: Head | undefined;
  try {
    head = await readHead(folder);
  } catch (error) {
    if (!(error instanceof JournalDamaged)) throw error;
    return broken('head', 1, 0, 'changed', 'the head file is not as it was written');
  }
  const state = { chain: '', seq: 0, hash: nothingBefore, records: 0, headSeen: head === undefined || head.seq === 0 };
  let unfinished = 0;
  const anchors = new Map<number, string[]>();
  let proven = 0;
  let afterProven: Place = { segment: segmentName(1), line: 2, seq: 1 };
  let nextIsUnproven = false;
  for (const [place, name] of names.entries()) {
    // The first segment is 1: an older one is never removed by us, retention works on the database.
    if (segmentIndex(name) !== place + 1)
      return broken(segmentName(place + 1), 1, state.seq + 1, 'missing', 'a segment is missing');
    let number = 0;
    for await (const lines of readLines(folder, name)) {
      for (const raw of lines) {
        number += 1;
        const bad = (what: Tampering, why: string) => broken(name, number, state.seq + 1, what, why);
        if (!raw.complete && place === names.length - 1) {
          unfinished = raw.end - raw.start;
          continue;
        }
        const line = raw.text === undefined ? undefined : readLine(raw.text);
        if (line === undefined) return bad('changed', 'the line is not what was written: its hash does not fit its content');
        if (line.kind === 'header') {
          if (number !== 1 || line.segment !== place + 1) return bad('reordered', 'a segment header stands where none belongs');
          if (place === 0) {
            state.chain = line.chain;
            for (const one of checkpoints)
              if (one.chain === line.chain) anchors.set(one.seq, [...(anchors.get(one.seq) ?? []), one.hash]);
            if (anchors.size === 0 && checkpoints.some((one) => nodeOf(one.chain) === nodeOf(line.chain)))
              return bad('changed', 'the journal was replaced: no checkpoint of this node belongs to it');
          }
          if (line.chain !== state.chain) return bad('changed', `the segment belongs to another journal (${line.chain})`);
          if (line.first > state.seq + 1)
            return broken(
              names[place - 1] ?? name,
              number,
              state.seq + 1,
              'missing',
              'records are missing at the end of the segment before',
            );
          if (line.prev !== state.hash || line.first !== state.seq + 1)
            return bad('changed', 'the segment does not continue the one before');
        } else {
          if (number === 1) return bad('missing', 'the segment has lost its header');
          if (line.seq !== state.seq + 1)
            return bad(
              await missingOrMoved(folder, names, state.seq + 1, line.seq),
              `record ${line.seq} stands where ${state.seq + 1} belongs`,
            );
          if (line.prev !== state.hash)
            return bad('changed', 'the record does not continue the one before: one of the two was replaced');
          state.seq = line.seq;
          state.records += 1;
          if (nextIsUnproven) afterProven = { segment: name, line: number, seq: line.seq };
          nextIsUnproven = false;
          const anchored = anchors.get(line.seq);
          if (anchored?.some((hash) => hash !== line.hash)) return recomputed(afterProven, line.seq);
          if (anchored !== undefined) {
            proven = line.seq;
            nextIsUnproven = true;
          }
        }
        state.hash = line.hash;
        if (head !== undefined && head.seq === state.seq && head.hash === state.hash) state.headSeen = true;
        if (head !== undefined && line.kind === 'record' && line.seq > head.seq && !state.headSeen) {
          return bad('changed', `record ${head.seq} is not the one that was written: everything up to it was recomputed`);
        }
      }
    }
    if (number === 0 && place < names.length - 1) return broken(name, 1, state.seq + 1, 'missing', 'the segment is empty');
  }
  const last = names.at(-1) ?? segmentName(1);
  const anchored = Math.max(0, ...anchors.keys());
  if (anchored > state.seq)
    return {
      ...broken(
        last,
        1,
        state.seq + 1,
        'truncated',
        `the journal ends at record ${state.seq}, but record ${anchored} is in a checkpoint`,
      ),
      unproven: { from: proven + 1, to: anchored },
    };
  if (head === undefined && names.length > 0)
    return broken(last, 1, state.seq, 'truncated', 'the head file is missing: nobody can tell whether the end is the end');
  if (head !== undefined && head.seq > state.seq) {
    return broken(
      last,
      1,
      state.seq + 1,
      'truncated',
      `the journal ends at record ${state.seq}, but record ${head.seq} was written`,
    );
  }
  if (!state.headSeen)
    return broken(
      last,
      1,
      state.seq,
      'changed',
      `record ${state.seq} is not the one that was written: everything up to it was recomputed`,
    );
  return {
    ok: true,
    records: state.records,
    segments: names.length,
    head: { chain: state.chain, seq: state.seq, hash: state.hash },
    unfinished,
    checkpoints: anchors.size,
    proven,
  };
}

const nodeOf = (chain: string): string => chain.slice(0, chain.lastIndexOf('/'));

function recomputed(at: Place, to: number): Verification {
  const why =
    at.seq === to
      ? `record ${to} is not the one of its checkpoint`
      : `records ${at.seq} to ${to} are not those of the checkpoint at ${to}: one of them was changed, removed, added or moved, and all behind it recomputed`;
  return { ok: false, at, what: 'changed', why, unproven: { from: at.seq, to } };
}

function broken(segment: string, line: number, seq: number, what: Tampering, why: string): { readonly ok: false } & Finding {
  return { ok: false, at: { segment, line, seq }, what, why };
}

/** Record `wanted` is not where it belongs: was it moved, or is it nowhere? */
async function missingOrMoved(
  folder: JournalFolder,
  names: readonly string[],
  wanted: number,
  found: number,
): Promise<Tampering> {
  if (found < wanted) return 'reordered';
  for (const name of names) {
    for await (const lines of readLines(folder, name)) {
      for (const raw of lines) {
        const line = raw.text === undefined ? undefined : readLine(raw.text);
        if (line?.kind === 'record' && line.seq === wanted) return 'reordered';
      }
    }
  }
  return 'missing';
}
