/** The elements that a search parameter reads in one resource, its filter applied (`phone`: only those of `telecom` whose system is phone). */
import { type ElementPath, elementNodes, elementPath } from '../fhir/element-path.ts';
import type { SearchParameter } from '../fhir/tables.ts';
import { type JsonDocument, type JsonNode, type Name, name } from '../json/scan.ts';

interface Place {
  readonly path: ElementPath;
  /** Of the filtered items: what is compared below one; undefined = the item itself. */
  readonly below: ElementPath | undefined;
  readonly filter: { readonly element: Name; readonly equals: Name } | undefined;
}

const TYPE = name('type');
const REFERENCE = name('reference');
const ready = new WeakMap<SearchParameter, readonly Place[]>();

/** What is computed in a way that the table does not hold has no elements that could be compared. */
export function isMatchable(definition: SearchParameter): boolean {
  if (definition.type === 'special') return false;
  return definition.kind === 'plain' || definition.filter !== undefined || definition.name === 'deceased';
}

export function nodesOf(definition: SearchParameter, document: JsonDocument, resource: JsonNode): readonly JsonNode[] {
  const places = ready.get(definition) ?? placesOf(definition);
  ready.set(definition, places);
  const nodes = nodesAt(places, document, resource);
  return definition.narrowed ? nodes.filter((node) => pointsTo(definition.targets, document, node)) : nodes;
}

/** `resolve() is T`, as far as the reference itself says. */
function pointsTo(types: readonly string[], document: JsonDocument, node: JsonNode): boolean {
  const said = document.string(document.member(node, TYPE));
  const text = document.string(document.member(node, REFERENCE)) ?? '';
  return types.some((type) => said === type || text.startsWith(`${type}/`) || text.includes(`/${type}/`));
}

function nodesAt(places: readonly Place[], document: JsonDocument, resource: JsonNode): readonly JsonNode[] {
  return places.flatMap(({ path, below, filter }) => {
    const nodes = elementNodes(document, resource, path);
    if (filter === undefined) return nodes;
    const items = nodes.filter((item) => document.stringIs(document.member(item, filter.element), filter.equals));
    return below === undefined ? items : items.flatMap((item) => elementNodes(document, item, below));
  });
}

function placesOf({ paths, filter }: SearchParameter): readonly Place[] {
  if (filter === undefined) return paths.map((text) => ({ path: elementPath(text), below: undefined, filter: undefined }));
  const { at, element, equals } = filter;
  const condition = { element: name(element), equals: name(equals) };
  return paths
    .filter((text) => text !== `${at}.${element}`)
    .map((text) => {
      if (text === at) return { path: elementPath(at), below: undefined, filter: condition };
      if (!text.startsWith(`${at}.`)) return { path: elementPath(text), below: undefined, filter: undefined };
      return { path: elementPath(at), below: elementPath(text.slice(at.length + 1)), filter: condition };
    });
}
