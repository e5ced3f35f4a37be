/**
 * Whose the content of a Binary is (R-028, hardening B9-124): the resource that its security context names stands for it, so whoever does not see that one does not see the content.
 * Without a context it is theirs whose DocumentReferences point to it, as far as the caller sees these. INVARIANT: what is hidden counts as absent, and what
 * cannot be looked up as well, so that no answer tells a hidden Binary from none.
 */
import { decide } from '../decision/decide.ts';
import { planSearch } from '../planning/plan-search.ts';
import { touches } from '../planning/touches.ts';
import { Problem } from '../problem.ts';
import type { Visible } from '../release/visible.ts';
import { ATTACHMENT, attachedBinaries } from './attached-binaries.ts';
import type { Draft } from './draft.ts';
import type { FactBook } from './fact-book.ts';
import { gatherAll } from './gather-all.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import { plainCriterion, plainSearch } from './plain-search.ts';
import { contextOf } from './security-context.ts';
import { isKnown, unseenOf } from './written-references.ts';

/** Binaries in one search, and DocumentReferences that it may find. */
const ID_LIST = 25;
const MOST = 200;

export interface Owners {
  /** Contexts (`Type/id`) that the caller sees. */
  readonly contexts: ReadonlySet<string>;
  /** By id of the Binary: patients of what points to it. */
  readonly patients: ReadonlyMap<string, readonly string[]>;
}

export function* ownersOf(given: Given, book: FactBook, binaries: readonly Draft[]): Generator<Need, Owners, Found> {
  const bases = [given.bases.ours, given.bases.upstream];
  const contexts = new Set<string>();
  const orphans = new Set<string>();
  for (const { document, node, id } of binaries) {
    const context = contextOf(document, node, bases);
    if (context === 'none') orphans.add(id ?? '');
    // Content that stands for content could go round in a circle.
    else if (context !== 'unreadable' && !context.startsWith('Binary/')) contexts.add(context);
  }
  orphans.delete('');
  const asked = [...contexts].filter((key) => !isKnown(given, book, key));
  const unseen = yield* orNothing(unseenOf(given, book, asked), new Set(asked));
  for (const key of unseen) contexts.delete(key);
  return { contexts, patients: yield* orNothing(referrers(given, book, [...orphans]), new Map()) };
}

/** By id of the Binary, the patients of the visible DocumentReferences that point to it. */
function* referrers(
  given: Given,
  book: FactBook,
  ids: readonly string[],
): Generator<Need, ReadonlyMap<string, readonly string[]>, Found> {
  const { tables, dialect, bases, now } = given;
  const type = tables.types.get('DocumentReference');
  const location = type?.searchParameters.get('location');
  const permit = decide({ ...given, interaction: 'read', type: 'DocumentReference' });
  const patients = new Map<string, readonly string[]>();
  if (ids.length === 0 || type === undefined || location === undefined || permit.kind !== 'permit') return patients;
  for (let at = 0; at < ids.length; at += ID_LIST) {
    const some = ids.slice(at, at + ID_LIST);
    const values = some.flatMap((id) => [`Binary/${id}`, `${bases.upstream}/Binary/${id}`]);
    const search = plainSearch(given, 'DocumentReference', [plainCriterion(location, values)]);
    const plan = planSearch(search, permit, { type, tables, dialect, bases, now, count: undefined });
    const { visible } = yield* gatherAll(given, book, permit, plan, MOST);
    for (const one of visible)
      for (const id of attached(one, [bases.ours, bases.upstream]))
        if (some.includes(id)) patients.set(id, [...new Set([...(patients.get(id) ?? []), ...one.patients])]);
  }
  return patients;
}

/** Ids of the Binaries that it shows to point to. */
function attached({ document, node, mask }: Visible, bases: readonly string[]): readonly string[] {
  return touches(ATTACHMENT, mask) ? [] : attachedBinaries(document, node, bases);
}

function* orNothing<T>(asked: Generator<Need, T, Found>, nothing: T): Generator<Need, T, Found> {
  try {
    return yield* asked;
  } catch (error) {
    if (error instanceof Problem) return nothing;
    throw error;
  }
}
