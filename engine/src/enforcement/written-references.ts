/**
 * References that a write adds (search-semantics §9). Where the upstream checks that targets exist, one to a hidden target would pass and one to
 * an absent one fail; so new and changed ones are looked up by us, and an unseen target is refused alike. Unchanged ones pass. Conditional
 * references are never sent: the upstream would resolve them on what the caller cannot see (hardening B4-57).
 */
import { identityOf } from '../caller.ts';
import { decide } from '../decision/decide.ts';
import { referenceKey } from '../fhir/reference.ts';
import { type JsonDocument, type JsonNode, name } from '../json/scan.ts';
import { planSearch } from '../planning/plan-search.ts';
import { Problem } from '../problem.ts';
import { attachedBinaries } from './attached-binaries.ts';
import { current } from './current.ts';
import type { FactBook } from './fact-book.ts';
import { gatherAll } from './gather-all.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import { plainCriterion, plainSearch } from './plain-search.ts';

const REFERENCE = name('reference');
const RESOURCE_TYPE = name('resourceType');
const DOCUMENT_REFERENCE = name('DocumentReference');
/** Targets that one write may add. */
const MOST = 1000;
const MOST_CONTENT = 50;
const ID_LIST = 100;

/** `before`: the stored state. Throws Problem `reference-unseen`. */
export function* refuseUnseenTargets(
  given: Given,
  book: FactBook,
  after: JsonDocument,
  before: { readonly document: JsonDocument; readonly node: JsonNode } | undefined,
): Generator<Need, void, Found> {
  const known = before === undefined ? new Set<string>() : new Set(textsIn(before.document, before.node));
  const added = textsIn(after, after.root).filter((text) => !known.has(text));
  if (added.some((text) => /^[A-Z][A-Za-z]*\?/.test(text))) {
    throw new Problem('resource-invalid', 'A conditional reference is only served in a transaction.');
  }
  yield* refuseUnseenContent(given, book, after, before);
  const inherits = given.protection?.labels?.inherit === true;
  if (!given.dialect.checksReferences && !inherits) return;
  const targets = new Set<string>();
  for (const text of added) {
    const key = referenceKey(text, [given.bases.ours, given.bases.upstream]);
    // What belongs to an encounter shows its labels; so nobody points to one that they do not see.
    if (!given.dialect.checksReferences && key?.type !== 'Encounter') continue;
    if (key !== undefined && !isKnown(given, book, `${key.type}/${key.id}`)) targets.add(`${key.type}/${key.id}`);
  }
  if ((yield* unseenOf(given, book, [...targets])).size > 0) throw unseen();
}

/**
 * Who sees a document sees its content (binary-owner.ts), so nobody points a document to content that they do not see: or they would open it by pointing.
 */
function* refuseUnseenContent(
  given: Given,
  book: FactBook,
  after: JsonDocument,
  before: { readonly document: JsonDocument; readonly node: JsonNode } | undefined,
): Generator<Need, void, Found> {
  if (!after.stringIs(after.member(after.root, RESOURCE_TYPE), DOCUMENT_REFERENCE)) return;
  const bases = [given.bases.ours, given.bases.upstream];
  const known = before === undefined ? [] : attachedBinaries(before.document, before.node, bases);
  const added = attachedBinaries(after, after.root, bases).filter((id) => !known.includes(id) && !book.isNew(`Binary/${id}`));
  if (added.length === 0) return;
  if (added.length > MOST_CONTENT) throw new Problem('too-costly', 'The resource points to too many others.');
  const permit = decide({ ...given, interaction: 'read', type: 'Binary' });
  if (permit.kind !== 'permit') throw unseen();
  for (const id of new Set(added)) if ((yield* current(given, book, permit, id)).kind === 'missing') throw unseen();
}

/** What the request itself creates, and whom the token names: the caller and the patient in context. */
export function isKnown({ caller }: Given, book: FactBook, key: string): boolean {
  return book.isNew(key) || key === identityOf(caller) || (caller.patient !== undefined && key === `Patient/${caller.patient}`);
}

/** Which of these (`Type/id`) the caller does not see: hidden and absent ones alike. Throws Problem `too-costly`. */
export function* unseenOf(given: Given, book: FactBook, keys: readonly string[]): Generator<Need, ReadonlySet<string>, Found> {
  if (keys.length > MOST) throw new Problem('too-costly', 'The resource points to too many others.');
  const unseen = new Set(keys);
  for (const [type, list] of Map.groupBy(keys, (key) => key.slice(0, key.indexOf('/'))))
    for (const id of yield* seenOf(
      given,
      book,
      type,
      list.map((key) => key.slice(type.length + 1)),
    ))
      unseen.delete(`${type}/${id}`);
  return unseen;
}

function* seenOf(
  given: Given,
  book: FactBook,
  type: string,
  ids: readonly string[],
): Generator<Need, readonly string[], Found> {
  const facts = given.tables.types.get(type);
  const permit = decide({ ...given, interaction: 'read', type });
  if (facts === undefined || permit.kind !== 'permit') return [];
  const { tables, dialect, bases, now } = given;
  const seen: string[] = [];
  for (let at = 0; at < ids.length; at += ID_LIST) {
    const criteria = [plainCriterion(facts.searchParameters.get('_id')!, ids.slice(at, at + ID_LIST))];
    const plan = planSearch(plainSearch(given, type, criteria), permit, {
      type: facts,
      tables,
      dialect,
      bases,
      now,
      count: undefined,
    });
    const { visible } = yield* gatherAll(given, book, permit, plan, ID_LIST);
    for (const { id } of visible) if (id !== undefined) seen.push(id);
  }
  return seen;
}

function unseen(): Problem {
  return new Problem('reference-unseen', 'The resource points to something that does not exist.');
}

/** Texts of all literal references at any depth. */
function textsIn(document: JsonDocument, root: JsonNode): readonly string[] {
  const texts: string[] = [];
  const end = document.end(root);
  for (let node = root + 1; node < document.count && document.start(node) < end; node++) {
    if (!document.keyIs(node, REFERENCE)) continue;
    const text = document.string(node);
    if (text !== undefined) texts.push(text);
  }
  return texts;
}
