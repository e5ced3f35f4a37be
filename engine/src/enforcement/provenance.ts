/**
 * R4 http.html#custom, `X-Provenance`: the Provenance of a write, stored together with it or not at all. It is a write of its own, decided as
 * one, and its target is ours to say. INVARIANT: one of its agents is the caller; nobody signs for others alone.
 */
import { identityOf } from '../caller.ts';
import { referenceKey } from '../fhir/reference.ts';
import { JsonEdit } from '../json/edit.ts';
import { type JsonDocument, NONE, name, scan } from '../json/scan.ts';
import { text } from '../json/write.ts';
import { Problem } from '../problem.ts';
import type { CreateRequest, FhirRequest } from '../request/request.ts';
import { checkElements, typeOfResource } from '../request/resource-body.ts';
import { prepareCreate } from './create.ts';
import type { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import { newId, refuseNewIds } from './new-id.ts';
import type { Prepared, PreparedOrAnswered } from './prepared.ts';

const AGENT = name('agent');
const WHO = name('who');
const REFERENCE = name('reference');
const TARGET = name('target');

/** Throws Problem before anything is looked up: what it says must be a Provenance by this caller, and the two must be one write upstream. */
export function readProvenance(given: Given, header: string): JsonDocument {
  if (!given.dialect.transactions) throw new Problem('interaction-not-supported', 'X-Provenance is not served here.');
  const document = scan(new TextEncoder().encode(header));
  if (typeOfResource(document, document.root) !== 'Provenance') throw invalid('X-Provenance must be a Provenance.');
  checkElements(document, document.root, 'Provenance', given.tables);
  if (document.member(document.root, TARGET) !== NONE) throw invalid('The target of X-Provenance is for the server to say.');
  if (!namesCaller(given, document)) throw invalid('X-Provenance must name the caller as an agent.');
  refuseNewIds(document);
  return document;
}

export function* prepareProvenance(
  given: Given,
  book: FactBook,
  provenance: JsonDocument,
  about: Prepared,
): Generator<Need, PreparedOrAnswered, Found> {
  const { plan, judged } = about;
  const id = plan.kind === 'create' ? newId(0) : plan.id;
  if (plan.kind === 'create') book.announce(plan.type, id, judged.patients);
  const edit = new JsonEdit(provenance);
  edit.insertMember(provenance.root, 'target', text([{ reference: `${plan.type}/${id}` }]));
  const asked = createOf(given.asked, scan(edit.apply()));
  return yield* prepareCreate({ ...given, asked }, book, asked, 1);
}

function createOf({ representation, conditions, original }: FhirRequest, resource: JsonDocument): CreateRequest {
  const own = { ...conditions, ifNoneExist: undefined, provenance: undefined, prefer: 'minimal' as const };
  return {
    interaction: 'create',
    type: 'Provenance',
    resource,
    criteria: undefined,
    representation,
    conditions: own,
    original,
  };
}

function namesCaller({ caller, bases }: Given, document: JsonDocument): boolean {
  // Who has no FHIR identity cannot be named as an agent.
  const self = identityOf(caller);
  const agents = document.member(document.root, AGENT);
  for (let agent = document.first(agents); agent !== NONE; agent = document.next(agent)) {
    const said = document.string(document.at(agent, WHO, REFERENCE));
    const key = said === undefined ? undefined : referenceKey(said, [bases.ours, bases.upstream]);
    if (self !== undefined && key !== undefined && `${key.type}/${key.id}` === self) return true;
  }
  return false;
}

function invalid(publicText: string): Problem {
  return new Problem('resource-invalid', publicText);
}
