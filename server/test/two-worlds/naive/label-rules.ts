/**
 * The labels by which a resource is judged: those that it carries, those that the rules of the place find, and those of the encounter to which it
 * belongs. Written from docs/how-to/respect-consents-and-labels.md and the label rules' schema, on plain JSON.
 */
import { type Json, valuesAt } from '../json.ts';
import { ourBase, type SceneFacts, type SceneLabels, upstreamBase } from '../scenario.ts';
import { isWriting, type NaiveInteraction } from './interactions.ts';
import { joined, labelsIn, labelsWith, type NaiveLabels, noLabels, rankOf, type Settled, spelled } from './labels.ts';
import type { About } from './patients.ts';
import { naiveTypes } from './types.ts';

interface Place {
  readonly labels: SceneLabels | undefined;
  readonly facts: SceneFacts;
}

export function judgedLabels(
  resource: Json,
  whom: About,
  interaction: NaiveInteraction,
  { labels, facts }: Place,
): NaiveLabels {
  const isOfPatients =
    naiveTypes[resource.resourceType]!.category === 'patient' || whom.patients.length > 0 || whom.undetermined;
  if (labels === undefined || !isOfPatients) return labelsIn(resource);
  const own = found(resource, whom.patients, labels, labels.elements[resource.resourceType] ?? []);
  // Whoever writes may name any encounter, and is not told its labels by that.
  if (!labels.inherit || isWriting(interaction)) return own;
  return encountersOf(resource)
    .map((key) => ofEncounter(facts.containers?.[key], labels))
    .reduce(joined, own);
}

/** Undefined: nothing is known of it, so that it may be anything; null: there is none. */
function ofEncounter(encounter: Json, labels: SceneLabels): NaiveLabels {
  if (encounter === undefined) return { ...noLabels, rank: rankOf('V') };
  return encounter === null ? noLabels : found(encounter, [], labels, []);
}

/** `Encounter/id` of those to which it belongs; what is in a Bundle brings its own. */
export function encountersOf(resource: Json): readonly string[] {
  const named = ['encounter', 'context', 'context.encounter', 'supportingInfo']
    .flatMap((path) => valuesAt(resource, path))
    .flatMap(({ reference }) => encounterKey(reference) ?? []);
  const inside: readonly Json[] = resource.resourceType === 'Bundle' ? (resource.entry ?? []) : [];
  return [...named, ...inside.flatMap((entry) => encountersOf(entry.resource))];
}

/** The same, wherever they are named. */
export function encountersNamed(resource: Json): readonly string[] {
  return everyValue(resource, 'reference').flatMap(({ value }) => encounterKey(value) ?? []);
}

function encounterKey(reference: string | undefined): string | undefined {
  const local = [ourBase, upstreamBase].reduce((text, base) => text.replace(`${base}/`, ''), reference ?? '');
  return /^Encounter\/[A-Za-z0-9.-]{1,64}$/.exec(local)?.[0];
}

function found(resource: Json, patients: readonly string[], labels: SceneLabels, elements: readonly string[]): NaiveLabels {
  const { documents } = labels;
  const settled: Settled = {
    meanings: Object.assign({}, ...documents.map(({ meanings }) => meanings ?? {})),
    least: Math.max(rankOf('L'), ...documents.map((one) => rankOf(one.default ?? 'N'))),
    veryRestricted: documents.flatMap(({ veryRestricted }) => veryRestricted ?? []),
  };
  const holding = documents.flatMap(({ rules }) => rules).filter((rule: Json) => holds(rule, resource, patients, labels));
  return labelsWith(
    resource,
    holding.flatMap((rule: Json) => rule.labels.map(spelled)),
    settled,
    elements,
  );
}

const people = ['Patient', 'Person', 'RelatedPerson'];

function holds(rule: Json, resource: Json, patients: readonly string[], { valueSets }: SceneLabels): boolean {
  const type = resource.resourceType;
  const asksContent = ['codes', 'valueSets', 'words'].some((key) => rule[key] !== undefined);
  const isMet =
    (rule.codes ?? []).some((code: string) => hasCode(resource, code)) ||
    (rule.valueSets ?? []).some((url: string) => codesIn(valueSets, url).some((code) => hasCode(resource, code))) ||
    (rule.words ?? []).some((word: string) => hasWord(resource, word));
  return (
    (!asksContent || isMet) &&
    (rule.types === undefined ? !(asksContent && people.includes(type)) : rule.types.includes(type)) &&
    (rule.patients === undefined || rule.patients.some((one: string) => patients.includes(one))) &&
    (rule.profiles === undefined ||
      (resource.meta?.profile ?? []).some((url: string) => rule.profiles.includes(url.split('|')[0]))) &&
    (rule.mentions === undefined ||
      everyValue(resource, 'reference').some(({ value }) => rule.mentions.includes(value.split('/').slice(-2).join('/'))))
  );
}

function codesIn(sets: readonly Json[], url: string): readonly string[] {
  return sets
    .filter((set) => set.url === url)
    .flatMap((set) => set.compose.include)
    .flatMap(({ system, concept }) => concept.map(({ code }: Json) => `${system}|${code}`));
}

const shortNames: Readonly<Record<string, string>> = { loinc: 'http://loinc.org', snomed: 'http://snomed.info/sct' };

function hasCode(resource: Json, wanted: string): boolean {
  const [system = '', code = ''] = wanted.split('|');
  return everyValue(resource, 'code').some(
    ({ value, holder }) =>
      holder.system === (shortNames[system] ?? system) &&
      (code.endsWith('*') ? value.startsWith(code.slice(0, -1)) : value === code),
  );
}

/** In displays of codes and texts of concepts: of five letters or more as a beginning, a shorter one whole. */
function hasWord(resource: Json, word: string): boolean {
  const texts = [
    ...everyValue(resource, 'display').filter(({ holder }) => holder.code !== undefined),
    ...everyValue(resource, 'text').filter(({ holder }) => holder.coding !== undefined || Object.keys(holder).length === 1),
  ];
  const pattern = new RegExp(`(^|[^\\p{L}\\p{N}])${word}${word.length < 5 ? '($|[^\\p{L}\\p{N}])' : ''}`, 'iu');
  return texts.some(({ value }) => pattern.test(value));
}

/** Every text that is called so, at any depth, and what holds it. */
export function everyValue(value: Json, key: string): readonly { readonly value: string; readonly holder: Json }[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = typeof value[key] === 'string' ? [{ value: value[key], holder: value }] : [];
  return [...own, ...Object.values<Json>(value).flatMap((member) => everyValue(member, key))];
}
