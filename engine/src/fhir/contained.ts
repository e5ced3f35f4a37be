/** references.html#contained: a contained resource is part of what points to it, by `#id`, and of nothing else. */
import { type JsonDocument, type JsonNode, NONE, name } from '../json/scan.ts';

const CONTAINED = name('contained');
const ID = name('id');
const RESOURCE_TYPE = name('resourceType');
const none: readonly JsonNode[] = Object.freeze([]);

/** What is contained, at any depth, in the order of the text. Without a type it has none of ours, and is left out. */
export function containedIn(
  document: JsonDocument,
  resource: JsonNode,
): readonly { readonly type: string; readonly node: JsonNode }[] {
  const contained = document.member(resource, CONTAINED);
  if (contained === NONE) return [];
  const found: { type: string; node: JsonNode }[] = [];
  const end = document.after(contained);
  for (let at = contained + 1; at < end; at++)
    if (document.keyIs(at, RESOURCE_TYPE)) found.push({ type: document.string(at) ?? '', node: document.parent(at) });
  return found;
}

/** Contained resources to which nothing leads any more once the values `gone` are taken away (with what is in them). */
export function orphansIn(document: JsonDocument, resource: JsonNode, gone: ReadonlySet<JsonNode>): readonly JsonNode[] {
  const contained = document.member(resource, CONTAINED);
  if (!document.isArray(contained)) return none;
  const unreached = new Map<string, JsonNode>();
  const nameless: JsonNode[] = [];
  for (let item = document.first(contained); item !== NONE; item = document.next(item)) {
    const id = document.string(document.member(item, ID));
    if (id === undefined || unreached.has(`#${id}`)) nameless.push(item);
    else unreached.set(`#${id}`, item);
  }
  const reached = namedIn(document, resource, gone, contained, unreached);
  for (let next = reached.pop(); next !== undefined; next = reached.pop())
    reached.push(...namedIn(document, next, gone, NONE, unreached));
  return [...nameless, ...unreached.values()];
}

/** Takes those out of `unreached` that a text in `root` names. `except`: not looked into. */
function namedIn(
  document: JsonDocument,
  root: JsonNode,
  gone: ReadonlySet<JsonNode>,
  except: JsonNode,
  unreached: Map<string, JsonNode>,
): JsonNode[] {
  const found: JsonNode[] = [];
  const end = document.after(root);
  for (let at = root + 1; at < end && unreached.size > 0; at++) {
    if (at === except || gone.has(at)) {
      at = document.after(at) - 1;
      continue;
    }
    if (!document.isString(at)) continue;
    const text = document.string(at) ?? '';
    const named = text.startsWith('#') ? unreached.get(text) : undefined;
    if (named === undefined) continue;
    unreached.delete(text);
    found.push(named);
  }
  return found;
}
