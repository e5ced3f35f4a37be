/**
 * Is a resource what a consent names? By requirements 4.1, IHE PCF and ADR 23, on plain JSON: what cannot be told is `unknown`, which a denial
 * takes for a yes and a permission for a no. For the types and codes of the harness.
 */
import { type Json, valuesAt } from '../json.ts';
import type { Named, SceneFacts } from '../scenario.ts';
import { localKey, type Told } from './content.ts';
import { groups, type NaiveInteraction } from './interactions.ts';
import { everyValue } from './label-rules.ts';
import { type NaiveLabels, rankOf } from './labels.ts';

export interface NamedMatter {
  readonly resource: Json;
  readonly labels: NaiveLabels;
  readonly interaction: NaiveInteraction;
  readonly pointers: SceneFacts['pointers'];
}

export function isNamed(named: Named, matter: NamedMatter): Told {
  const { resource, labels, interaction } = matter;
  const key = `${resource.resourceType}/${resource.id}`;
  if (named === 'perhaps') return 'unknown';
  if ('not' in named) return opposite[isNamed(named.not, matter)];
  if ('all' in named) return opposite[any(named.all.map((one) => opposite[isNamed(one, matter)]))];
  if ('any' in named) return any(named.any.map((one) => isNamed(one, matter)));
  if ('types' in named) return told(named.types.includes(resource.resourceType));
  if ('instance' in named) return told(key === named.instance);
  if ('dependents' in named) return told(key === named.dependents || pointsTo(resource, named.dependents));
  if ('related' in named) {
    const own = told(key === named.related || pointsTo(resource, named.related));
    const pointed = matter.pointers?.[named.related];
    return any([own, pointed === undefined ? 'unknown' : told(pointed?.includes(key) === true)]);
  }
  if ('authoredBy' in named) return isBy(resource, named.authoredBy);
  if ('sensitivity' in named) return labels.sensitivities.includes(named.sensitivity) ? 'yes' : unlabelled(labels);
  if ('onlySensitivity' in named) {
    if (!labels.sensitivities.includes(named.onlySensitivity)) return unlabelled(labels);
    return labels.sensitivities.every((one) => one === named.onlySensitivity) ? 'yes' : 'unknown';
  }
  if ('onlyLabel' in named) {
    if (!labels.all.includes(named.onlyLabel)) return unlabelled(labels);
    return labels.sensitivities.length === 0 ? 'yes' : 'unknown';
  }
  if ('label' in named) return labels.all.includes(named.label) ? 'yes' : unlabelled(labels);
  if ('from' in named) return level(labels, (rank) => rank >= rankOf(named.from), named.from === 'U');
  if ('upTo' in named) return level(labels, (rank) => rank <= rankOf(named.upTo), named.upTo === 'V');
  if ('code' in named) return holdsCode(resource, named.code);
  if ('document' in named) return documents.includes(resource.resourceType) ? holdsCode(resource, named.document) : 'no';
  if ('media' in named) return isMedia(resource, named.media);
  if ('during' in named) return isDuring(resource, named.during);
  return actions[named.action]?.[groups[interaction]] ?? 'no';
}

const opposite = { yes: 'no', no: 'yes', unknown: 'unknown' } as const;
const told = (is: boolean): Told => (is ? 'yes' : 'no');
const any = (all: readonly Told[]): Told => (all.includes('yes') ? 'yes' : all.includes('unknown') ? 'unknown' : 'no');
/** Nobody has looked at it, as far as its labels tell. */
const unlabelled = ({ rank }: NaiveLabels): Told => (rank < 0 ? 'unknown' : 'no');

/** What is sensitive is restricted, whatever was written beside it. */
function level({ rank, sensitivities }: NaiveLabels, holds: (rank: number) => boolean, always: boolean): Told {
  if (rank < 0 && sensitivities.length === 0) return always ? 'yes' : 'unknown';
  return told(holds(sensitivities.length > 0 ? Math.max(rank, rankOf('R')) : rank));
}

/** Reading is access, and what becomes of it afterwards cannot be told; a change may add something. */
const actions: Readonly<Record<string, Readonly<Record<string, Told>>>> = {
  access: { R: 'yes' },
  use: { R: 'unknown' },
  collect: { C: 'yes', U: 'unknown' },
  correct: { U: 'yes', D: 'yes' },
};

function pointsTo(resource: Json, key: string): boolean {
  return everyValue(resource, 'reference').some(({ holder }) => localKey(holder) === key);
}

const authors = ['author', 'performer', 'asserter', 'recorder', 'requester', 'agent.who', 'participant.individual'];
const isPerson = (key: string) => /^(Practitioner|Patient|RelatedPerson)\//.test(key);

/** Where nobody is named, or somebody who cannot be told, anybody may have written it; and who of an organization did, nobody knows. */
function isBy(resource: Json, author: string): Told {
  const named = authors.flatMap((path) => valuesAt(resource, path)).map(localKey);
  if (named.includes(author)) return 'yes';
  const areKnown = named.length > 0 && named.every((key) => key !== undefined && isPerson(key));
  return areKnown && isPerson(author) ? 'no' : 'unknown';
}

const documents: readonly string[] = ['DocumentReference', 'Composition', 'Bundle', 'Consent'];
/** What says what a resource is about. */
const main: readonly string[] = [
  ...['code', 'type', 'class', 'category', 'reasonCode', 'clinicalStatus', 'valueCodeableConcept', 'component'],
  ...['serviceType', 'medicationCodeableConcept'],
];

/** Where the code is, it is so; elsewhere than where a resource says what it is about, and of SNOMED CT any other code, it may be. */
function holdsCode(resource: Json, wanted: string): Told {
  const [system, code] = wanted.split('|');
  const found: Told[] = [];
  for (const [member, value] of Object.entries<Json>(resource)) {
    if (member === 'meta') continue;
    const isMain = main.includes(member);
    if (isMain && everyConcept(value).some((one) => one.text !== undefined && one.coding === undefined)) found.push('unknown');
    for (const { value: own, holder } of everyValue(value, 'code')) {
      if (holder.system !== system) continue;
      if (own === code) found.push(isMain ? 'yes' : 'unknown');
      else if (system === 'http://snomed.info/sct') found.push('unknown');
    }
  }
  return any(found);
}

function everyConcept(value: Json): readonly Json[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values<Json>(value).flatMap(everyConcept);
  return Array.isArray(value) ? inner : [value, ...inner];
}

function isMedia(resource: Json, media: string): Told {
  if (!documents.includes(resource.resourceType)) return 'no';
  const found = resource.resourceType === 'DocumentReference' ? valuesAt(resource, 'content.attachment.contentType') : [];
  return found.includes(media) ? 'yes' : found.length === 0 ? 'unknown' : 'no';
}

/** When what it tells of was, or when it was written. */
const times = [
  ...['effectiveDateTime', 'effectivePeriod', 'issued', 'onsetDateTime', 'onsetPeriod', 'recordedDate', 'period'],
  ...['authoredOn', 'date', 'dateTime', 'recorded', 'created'],
];

/** Wholly inside, or wholly outside; what says no time, or times that contradict each other, may be meant. */
function isDuring(resource: Json, { start, end }: { readonly start?: string; readonly end?: string }): Told {
  const spans = times
    .filter((path) => resource[path] !== undefined)
    .map((path) => (typeof resource[path] === 'string' ? { start: resource[path], end: resource[path] } : resource[path]))
    .map((span): readonly [number, number] => [first(span.start), last(span.end)]);
  if (spans.length === 0 || spans.some(([low, high]) => low > high)) return 'unknown';
  if (spans.every(([low, high]) => high < first(start) || low > last(end))) return 'no';
  return spans.every(([low, high]) => low >= first(start) && high <= last(end)) ? 'yes' : 'unknown';
}

const HOUR = 3_600_000;

/** A day is a day of any place on earth. */
function first(text: string | undefined): number {
  if (text === undefined) return Number.NEGATIVE_INFINITY;
  return text.includes('T') ? Date.parse(text) : Date.parse(text) - 14 * HOUR;
}

function last(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  if (text.includes('T')) return Date.parse(text) + 999;
  const next = text.length === 4 ? Date.parse(`${Number(text) + 1}`) : Date.parse(text) + 24 * HOUR;
  return next + 12 * HOUR - 1;
}
