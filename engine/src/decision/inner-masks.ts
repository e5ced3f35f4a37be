/**
 * What is withheld of a contained resource of another type: what some rule could withhold from this caller of a resource of its type, whatever
 * a permit asks of the resource, for nobody can say that of a contained one (whose is it? what relation leads to it?). Only a permit that asks nothing of
 * it shows what others mask, and a deny is passed over where what it asks of the content is not so. INVARIANT: narrower than a read of such a resource, never wider.
 */
import { identityOf } from '../caller.ts';
import { mayBeAboutPatient } from '../compartment/may-be-about-patient.ts';
import { containedIn } from '../fhir/contained.ts';
import { type JsonDocument, type JsonNode, NONE, name } from '../json/scan.ts';
import { clearsAll, isCleared } from '../label/is-cleared.ts';
import type { Labels } from '../label/labels.ts';
import type { Applicable } from '../policy/compiled.ts';
import { contentHolds } from './content-holds.ts';
import { innerPath } from './masks.ts';
import type { Verdict } from './permit.ts';
import { type DecideInput, type Question, question } from './question.ts';

/** Withholds what must be from what is contained, too. */
export type InnerMasks = (verdict: Verdict, document: JsonDocument, resource: JsonNode, labels: Labels) => Verdict;

interface InnerMask {
  /** As masks have it: `contained:Practitioner.address`. */
  readonly paths: readonly string[];
  readonly silent: boolean;
}

const CONTAINED = name('contained');
const nothing: InnerMask = Object.freeze({ paths: Object.freeze([]), silent: true });
const silence = Object.freeze({ kind: 'silence' } as const);

/** Undefined where no rule and no label withholds any element of anything. */
export function innerMasksOf(input: DecideInput): InnerMasks | undefined {
  if (input.policies.maskedTypes.length === 0 && (input.protection?.labels?.elements?.size ?? 0) === 0) return undefined;
  // Little contains anything, so nothing is made ready before it is wanted.
  let types: readonly string[] | undefined;
  const reader = { me: identityOf(input.caller), now: input.now, bases: [input.bases.ours, input.bases.upstream] };
  const questions = new Map<string, Question>();
  const maskOf = (type: string, node: JsonNode, document: JsonDocument, labels: Labels): InnerMask => {
    types ??= othersMasked(input);
    if (!types.includes(type)) return nothing;
    let asked = questions.get(type);
    if (asked === undefined) {
      asked = question({ ...input, interaction: 'read', type });
      questions.set(type, asked);
    }
    // Whose it is, cannot be told.
    const inner = { type, id: undefined, document, node, patients: [], undetermined: true };
    return innerMask(
      asked,
      (permit) => isCleared(labels, permit.rule.clears),
      ({ rule: { content } }) => content === undefined || contentHolds(content, inner, reader, 'deny', undefined),
    );
  };
  return (verdict, document, resource, labels) => {
    if (verdict.effect === 'deny' || document.member(resource, CONTAINED) === NONE) return verdict;
    const masks = containedIn(document, resource)
      .map(({ type, node }) => maskOf(type, node, document, labels))
      .filter(({ paths }) => paths.length > 0);
    if (masks.length === 0) return verdict;
    const isSilent = verdict.mask.length === 0 && masks.every(({ silent }) => silent);
    return Object.freeze({
      ...verdict,
      mask: Object.freeze([...new Set([...verdict.mask, ...masks.flatMap(({ paths }) => paths)])]),
      obligations: isSilent ? Object.freeze([...verdict.obligations, silence]) : verdict.obligations,
    });
  };
}

/** Could anything be withheld of what a resource of the type contains? */
export function masksInside(input: DecideInput): boolean {
  return othersMasked(input).some(
    (type) =>
      innerMask(question({ ...input, interaction: 'read', type }), ({ rule }) => clearsAll(rule.clears)).paths.length > 0,
  );
}

/** What is contained and of the resource's own type is masked with it. */
function othersMasked({ type, policies, protection }: DecideInput): readonly string[] {
  const labelled = protection?.labels?.elements?.keys() ?? [];
  return [...new Set([...policies.maskedTypes, ...labelled])].filter((one) => one !== type);
}

/** `holds`: of a deny, as far as the resource itself can tell. */
function innerMask(
  asked: Question,
  clears: (permit: Applicable) => boolean,
  holds: (deny: Applicable) => boolean = () => true,
): InnerMask {
  const { type, permits, protection } = asked;
  const denies = asked.denies.filter(holds);
  const shows = permits.filter((permit) => isCertain(permit, asked) && clears(permit));
  const taken = (permit: Applicable) => [...permit.paths, ...permit.changes.map(({ path }) => path)];
  const covers = (permit: Applicable, path: string) => taken(permit).some((one) => path === one || path.startsWith(`${one}.`));
  const permitted = permits.flatMap(taken).filter((path) => shows.every((permit) => covers(permit, path)));
  const labelled = permits.every(({ rule }) => clearsAll(rule.clears)) ? [] : (protection?.labels?.elements?.get(type) ?? []);
  const withheld = [...permitted, ...denies.flatMap(({ paths }) => paths), ...labelled];
  if (withheld.length === 0) return nothing;
  return {
    paths: [...new Set(withheld)].map((path) => innerPath(type, path)),
    silent: labelled.length === 0 && [...permits, ...denies].every((one) => one.rule.silent || taken(one).length === 0),
  };
}

/** A permit that holds for every resource of the type, but for its labels. */
function isCertain({ rule, plain, patients }: Applicable, { type, category, tables, policies, permits }: Question): boolean {
  const covers = category === 'patient' ? patients : plain && (patients || !mayBeAboutPatient(tables, type));
  const speaks = !policies.sets[rule.set]!.ordered || permits.find((one) => one.rule.set === rule.set)?.rule === rule;
  return covers && speaks && !rule.readsResource && !rule.deIdentify;
}
