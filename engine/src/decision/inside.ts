/**
 * a stored Bundle (a document, a message, a collection) is shown whole or not at all. Whoever sees it sees what is in it, so each resource
 * inside is judged as it would be by itself, and a mask that would take anything from one of them closes the whole: a document is not edited in silence.
 */
import { patientsOf } from '../compartment/patients-of.ts';
import { containedIn, orphansIn } from '../fhir/contained.ts';
import { type JsonDocument, type JsonNode, NONE, name } from '../json/scan.ts';
import type { Decision } from './decision.ts';
import { innerMask, ownMask } from './masks.ts';
import type { Candidate, KnownFacts, Obligation, Permit, Refusal, Verdict } from './permit.ts';
import type { DecideInput } from './question.ts';

/** Why it is closed, or the duties that travel with what is inside. */
export type Inside = (candidate: Candidate, facts: KnownFacts) => Decision | readonly Obligation[];

const RESOURCE_TYPE = name('resourceType');
const ID = name('id');
const CONTAINED = name('contained');
const TEXT = name('text');

/** Undefined where nothing of the kind can be inside, or where the caller brings it. */
export function insideOf(input: DecideInput, decide: (input: DecideInput) => Permit | Refusal): Inside | undefined {
  const { type, interaction, tables, bases } = input;
  if (type !== 'Bundle' || !shows.has(interaction)) return undefined;
  const decided = new Map<string, Permit | Refusal>();
  const judge = (part: Candidate, facts: KnownFacts): Verdict | Refusal => {
    let permit = decided.get(part.type);
    if (permit === undefined) {
      permit = decide({ ...input, type: part.type, isInside: true });
      decided.set(part.type, permit);
    }
    return permit.kind === 'refusal' ? permit : permit.judge(part, facts);
  };
  const ours = [bases.ours, bases.upstream];
  return (whole, facts) => {
    const { document } = whole;
    const obligations: Obligation[] = [];
    for (const node of partsOf(document, whole.node)) {
      const named = document.string(document.member(node, RESOURCE_TYPE)) ?? '';
      // What has no endpoint (an OperationOutcome, Parameters) is nobody's; what is in it is looked at by itself.
      if (tables.types.get(named)?.category === 'none') continue;
      const own = patientsOf(document, node, tables, ours);
      // What its own words leave open, the Bundle as a whole has settled.
      const { patients, undetermined } = own.pending.length > 0 || own.undetermined ? whole : own;
      const id = document.string(document.member(node, ID));
      const verdict = judge({ type: named, id, document, node, patients, undetermined, isPart: true }, facts);
      if ('kind' in verdict || verdict.effect === 'deny') return verdict.decision;
      const isOther = verdict.obligations.some(({ kind }) => kind === 'change' || kind === 'pseudonyms');
      if (isOther || isTouched(document, node, named, verdict.mask)) return masked(verdict.decision);
      obligations.push(...verdict.obligations.filter(({ kind }) => kind === 'label'));
    }
    return obligations;
  };
}

const nothing: ReadonlySet<JsonNode> = new Set();
const shows: ReadonlySet<string> = new Set(['read', 'vread', 'search', 'history-instance', 'history-type', 'history-system']);

/** Resources at any depth that are entries and not contained. A Bundle among them is judged with what is in it, so it is not entered here. */
function partsOf(document: JsonDocument, whole: JsonNode): readonly JsonNode[] {
  const parts: JsonNode[] = [];
  const end = document.after(whole);
  for (let at = whole + 1; at < end; at++) {
    if (!document.keyIs(at, RESOURCE_TYPE)) continue;
    const part = document.parent(at);
    if (part === whole || document.keyIs(part, CONTAINED) || document.keyIs(document.parent(part), CONTAINED)) continue;
    parts.push(part);
    if (document.string(at) === 'Bundle') at = document.after(part) - 1;
  }
  return parts;
}

/** Would the mask take anything away? A narrative may repeat what is masked, and goes with every mask. */
function isTouched(document: JsonDocument, node: JsonNode, type: string, mask: readonly string[]): boolean {
  if (mask.length === 0) return false;
  const holdsMasked = (resource: JsonNode, paths: readonly string[]): boolean =>
    paths.some((path) => holds(document, resource, path.split('.'), 0));
  if (document.member(node, TEXT) !== NONE || holdsMasked(node, mask)) return true;
  // A mask of what is contained alone leaves what nothing leads to (release/mask.ts).
  if (ownMask(mask).length > 0 && orphansIn(document, node, nothing).length > 0) return true;
  return containedIn(document, node).some(
    (inner) =>
      document.member(inner.node, TEXT) !== NONE ||
      holdsMasked(inner.node, inner.type === type ? mask : innerMask(mask, inner.type)),
  );
}

function holds(document: JsonDocument, at: JsonNode, path: readonly string[], depth: number): boolean {
  if (document.isArray(at)) {
    for (let item = document.first(at); item !== NONE; item = document.next(item))
      if (holds(document, item, path, depth)) return true;
    return false;
  }
  if (!document.isObject(at)) return false;
  const element = path[depth]!;
  return [element, `_${element}`].some((key) => {
    const found = document.member(at, name(key));
    return found !== NONE && (depth === path.length - 1 || holds(document, found, path, depth + 1));
  });
}

function masked(decision: Decision): Decision {
  return Object.freeze({
    ...decision,
    effect: 'deny',
    cause: 'policy',
    reason: 'Elements of it would be withheld, and a Bundle is shown whole or not at all.',
  });
}
