/** What the fact finders share: the upstream, its bounds, the bases by which references are read, and the moment. */
import { elementNodes, type JsonDocument, type JsonNode, name, referenceKey } from '@fireguard/engine';
import type { Upstream } from '../upstream/upstream.ts';
import { type FoundResource, type SearchBounds, searchAll } from './search-all.ts';

export interface Ask {
  readonly upstream: Upstream;
  readonly bounds: SearchBounds;
  /** Ours and the upstream's: both may stand in references. */
  readonly bases: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Ids per query: a page of fifty patients is one question, and no URL grows beyond what servers take. */
const TOGETHER = 50;
const REFERENCE = name('reference');

/** One search per chunk of ids, all at the same time. `by` renders the chunk's parameter; ids 'all' leaves it out. */
export async function askFor(
  ask: Ask,
  type: string,
  fixed: readonly (readonly [string, string])[],
  ids: readonly string[] | 'all',
  by: (chunk: readonly string[]) => readonly [string, string],
): Promise<readonly FoundResource[]> {
  if (ids === 'all') return searchAll(ask.upstream, type, fixed, ask.bounds);
  const chunks: (readonly string[])[] = [];
  for (let at = 0; at < ids.length; at += TOGETHER) chunks.push(ids.slice(at, at + TOGETHER));
  const pages = await Promise.all(chunks.map((chunk) => searchAll(ask.upstream, type, [...fixed, by(chunk)], ask.bounds)));
  return pages.flat();
}

/** `Type/id` of every Reference at `path`. INVARIANT: what a search found is checked again here; an upstream may ignore a parameter. */
export function targetsAt(ask: Ask, document: JsonDocument, node: JsonNode, path: string): readonly string[] {
  const targets: string[] = [];
  for (const reference of elementNodes(document, node, path)) {
    const text = document.string(document.member(reference, REFERENCE));
    const key = text === undefined ? undefined : referenceKey(text, ask.bases);
    if (key !== undefined) targets.push(`${key.type}/${key.id}`);
  }
  return targets;
}

/** The ids of the Patients among `targets`. */
export function patientIds(targets: readonly string[]): readonly string[] {
  return targets.filter((target) => target.startsWith('Patient/')).map((target) => target.slice('Patient/'.length));
}
