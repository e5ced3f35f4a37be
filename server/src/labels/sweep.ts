/**
 * Writes down what the label rules find, in what was there before (architecture §7): the labels of every resource, and the marks that travel upwards,
 * from sensitive resources to their encounters and to the documents, reports and lists that hold them. It is a client of Fireguard's own FHIR API like
 * any other, so that all it does is decided and recorded; it only adds labels, each with the version that it looked at, and can be stopped and resumed.
 */
import type { CompiledLabelRules, LabelCode } from '@fireguard/engine';
import type { LabelledResource } from './labelled-resource.ts';
import { joined, labelled, missing } from './labelled-resource.ts';

/** Where a sweep stands; JSON. */
export interface SweepState {
  /** Types that are done. */
  readonly done: readonly string[];
  /** The page of the type in work that is asked for next. */
  readonly next: string | undefined;
  /** What sensitive resources mark, by `Type/id`. */
  readonly marks: Readonly<Record<string, readonly LabelCode[]>>;
  readonly counts: SweepCounts;
}

export interface SweepCounts {
  readonly seen: number;
  /** Resources that carry too few labels, and got them unless it was a dry run. */
  readonly labelled: number;
  /** Changed in the meantime, or not writable: left for the next sweep. */
  readonly left: number;
  /** Resources by label. */
  readonly labels: Readonly<Record<string, number>>;
}

export interface SweepOptions {
  readonly api: FhirApi;
  readonly rules: CompiledLabelRules;
  readonly types: readonly string[];
  readonly dryRun: boolean;
  /** Called after each page; a sweep that is stopped goes on from the last. */
  readonly save: (state: SweepState) => void;
}

/** Fireguard's own FHIR API. */
export interface FhirApi {
  /** A page of a type, or the page behind a `next` link. */
  page(typeOrLink: string): Promise<{ readonly resources: readonly LabelledResource[]; readonly next: string | undefined }>;
  /** False when it was refused or has changed in the meantime. */
  addLabels(resource: LabelledResource, labels: readonly LabelCode[]): Promise<boolean>;
}

export const freshState: SweepState = Object.freeze({
  done: [],
  next: undefined,
  marks: {},
  counts: { seen: 0, labelled: 0, left: 0, labels: {} },
});

/** Types that hold others: they are marked by what they point to, so they come last. */
const holders: readonly string[] = ['DiagnosticReport', 'Composition', 'List', 'Encounter'];

export async function sweep(options: SweepOptions, from: SweepState): Promise<SweepState> {
  const types = [
    ...options.types.filter((type) => !holders.includes(type)),
    ...holders.filter((type) => options.types.includes(type)),
  ];
  let state = from;
  for (const type of types) {
    if (state.done.includes(type)) continue;
    let at: string | undefined = state.next ?? type;
    while (at !== undefined) {
      const page = await options.api.page(at);
      for (const resource of page.resources) state = await look(resource, options, state);
      at = page.next;
      state = { ...state, next: at };
      options.save(state);
    }
    state = { ...state, done: [...state.done, type], next: undefined };
    options.save(state);
  }
  return state;
}

async function look(resource: LabelledResource, { api, rules, dryRun }: SweepOptions, state: SweepState): Promise<SweepState> {
  const own = labelled(resource, rules);
  const marks = [...(state.marks[resource.key] ?? []), ...resource.parts.flatMap((part) => state.marks[part] ?? [])];
  const labels = joined(own, marks);
  const lacking = missing(resource, labels);
  let { labelled: done, left } = state.counts;
  if (lacking.length > 0) {
    if (dryRun || (await api.addLabels(resource, lacking))) done += 1;
    else left += 1;
  }
  return {
    ...state,
    marks: marked(state.marks, resource, labels, own),
    counts: { seen: state.counts.seen + 1, labelled: done, left, labels: counted(state.counts.labels, labels) },
  };
}

/** A sensitive resource marks itself, for what holds it, and its encounter. */
function marked(
  marks: SweepState['marks'],
  { key, encounters }: LabelledResource,
  labels: readonly LabelCode[],
  own: readonly LabelCode[],
): SweepState['marks'] {
  if (!own.some(isSensitive) && !labels.some(isSensitive)) return marks;
  const more: Record<string, readonly LabelCode[]> = { ...marks };
  for (const one of [key, ...encounters]) more[one] = joined(more[one] ?? [], labels.filter(isSensitive));
  return more;
}

function isSensitive({ system, code }: LabelCode): boolean {
  return system.endsWith('v3-Confidentiality') ? code === 'R' || code === 'V' : true;
}

function counted(counts: SweepCounts['labels'], labels: readonly LabelCode[]): SweepCounts['labels'] {
  const more: Record<string, number> = { ...counts };
  for (const { code } of labels) more[code] = (more[code] ?? 0) + 1;
  return more;
}
