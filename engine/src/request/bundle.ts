/**
 * Batches and transactions (FHIR R4 http.html#transaction): each entry is understood as the request that it is, by the same function as any
 * other. INVARIANT: an entry that is not understood refuses the whole Bundle, so that none reaches the upstream unread (hardening B5-72).
 */
import { type JsonDocument, type JsonNode, NONE, name } from '../json/scan.ts';
import { Problem } from '../problem.ts';
import type { Asking } from './asking.ts';
import { readEntry } from './bundle-entry.ts';
import { plainRepresentation } from './representation.ts';
import type { BundleRequest, FhirRequest, HttpRequest } from './request.ts';
import { readResource } from './resource-body.ts';

const type = name('type');
const entry = name('entry');

const MOST_ENTRIES = 500;

export function readBundle(asking: Asking, understandEntry: (request: HttpRequest) => FhirRequest): BundleRequest {
  const document = readResource(asking.request, 'Bundle', asking.tables);
  const interaction = document.string(document.member(document.root, type));
  if (interaction !== 'batch' && interaction !== 'transaction') {
    throw new Problem('request-not-understood', 'Only a Bundle of type batch or transaction can be posted here.');
  }
  const representation = plainRepresentation(asking);
  asking.parameters.refuseRest();
  const entries = entryNodes(document).map((node) => {
    const { fullUrl, request } = readEntry(document, node, asking.request);
    return Object.freeze({ fullUrl, request: understandEntry(request) });
  });
  if (interaction === 'transaction') refuseOverlaps(entries);
  const { conditions, original } = asking;
  return Object.freeze({ interaction, document, entries: Object.freeze(entries), representation, conditions, original });
}

function entryNodes(document: JsonDocument): readonly JsonNode[] {
  const list = document.member(document.root, entry);
  if (list === NONE) return [];
  if (!document.isArray(list) || document.size(list) > MOST_ENTRIES) {
    throw new Problem('resource-invalid', `A Bundle may have at most ${MOST_ENTRIES} entries.`);
  }
  const nodes: JsonNode[] = [];
  for (let node = document.first(list); node !== NONE; node = document.next(node)) nodes.push(node);
  return nodes;
}

/** In a transaction the order of entries means nothing, so two of them must not mean one resource (http.html#trules). */
function refuseOverlaps(entries: BundleRequest['entries']): void {
  const seen = new Set<string>();
  for (const { fullUrl, request } of entries) {
    const changes = request.interaction === 'update' || request.interaction === 'patch' || request.interaction === 'delete';
    for (const key of [
      changes ? `${request.type}/${request.id}` : undefined,
      fullUrl === undefined ? undefined : `fullUrl ${fullUrl}`,
    ]) {
      if (key === undefined) continue;
      if (seen.has(key)) throw new Problem('resource-invalid', 'Two entries of the transaction mean the same resource.');
      seen.add(key);
    }
  }
}
