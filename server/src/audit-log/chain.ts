/**
 * The lines of the journal. A segment begins with a header, then one line per record; each line holds the hash of the line before it and a SHA-256
 * over that hash and its own content, so that nothing in between can be changed, removed or moved without breaking what follows.
 */
import { hash } from 'node:crypto';

/** `prev` of the very first header. */
export const nothingBefore = '0'.repeat(64);

export interface HeaderLine {
  readonly kind: 'header';
  /** Node's name and the random part of this journal: `gateway-1/3f9c2a10…`. One journal, one chain. */
  readonly chain: string;
  readonly segment: number;
  /** Sequence of the first record that follows. */
  readonly first: number;
  readonly prev: string;
  readonly hash: string;
}

export interface RecordLine {
  readonly kind: 'record';
  readonly seq: number;
  readonly prev: string;
  readonly hash: string;
  /** The record's JSON text, exactly as hashed. */
  readonly record: string;
}

export type Line = HeaderLine | RecordLine;

/** A header line, without the newline. */
export function writeHeader(header: { chain: string; segment: number; first: number; prev: string }): {
  readonly line: string;
  readonly hash: string;
} {
  const sum = headerHash(header);
  const { chain, segment, first, prev } = header;
  return {
    line: `{"journal":1,"chain":${JSON.stringify(chain)},"segment":${segment},"first":${first},"prev":"${prev}","hash":"${sum}"}`,
    hash: sum,
  };
}

/** A record line, without the newline. */
export function writeRecord(seq: number, prev: string, record: string): { readonly line: string; readonly hash: string } {
  const sum = recordHash(seq, prev, record);
  return { line: `{"seq":${seq},"prev":"${prev}","hash":"${sum}","record":${record}}`, hash: sum };
}

const recordShape = /^\{"seq":(\d{1,15}),"prev":"([0-9a-f]{64})","hash":"([0-9a-f]{64})","record":(\{.*\})\}$/s;
const headerShape =
  /^\{"journal":1,"chain":("(?:[^"\\]|\\.)*"),"segment":(\d{1,9}),"first":(\d{1,15}),"prev":"([0-9a-f]{64})","hash":"([0-9a-f]{64})"\}$/;

/** The line, if it has the shape and its own hash is right; otherwise undefined. Whether it fits the line before is for the caller to see. */
export function readLine(text: string): Line | undefined {
  const record = recordShape.exec(text);
  if (record !== null) {
    const [, seq, prev, sum, json] = record as unknown as [string, string, string, string, string];
    return recordHash(Number(seq), prev, json) === sum
      ? { kind: 'record', seq: Number(seq), prev, hash: sum, record: json }
      : undefined;
  }
  const header = headerShape.exec(text);
  if (header === null) return undefined;
  const [, chain, segment, first, prev, sum] = header as unknown as [string, string, string, string, string, string];
  const found = { chain: JSON.parse(chain) as string, segment: Number(segment), first: Number(first), prev };
  return headerHash(found) === sum ? { kind: 'header', ...found, hash: sum } : undefined;
}

function recordHash(seq: number, prev: string, record: string): string {
  return hash('sha256', `${prev}\n${seq}\n${record}`, 'hex');
}

function headerHash({ chain, segment, first, prev }: { chain: string; segment: number; first: number; prev: string }): string {
  return hash('sha256', `${prev}\n${segment}\n${first}\n${chain}`, 'hex');
}
