/**
 * What of the labels of a resource is said of a whole that holds it (requirements 3.9, R-192 to R-194): how confidential, and which duties go along; and all of
 * them, for the audit record.
 */
import { v3SystemUrl } from '../terminology/codes.ts';
import { confidentialityCode } from '../terminology/confidentiality.ts';
import { labelKind } from '../terminology/label-kind.ts';
import type { LabelCode, Labels } from './labels.ts';

export interface HighWater {
  /** Rank in U<L<M<N<R<V; -1 = no label says. */
  readonly confidentiality: number;
  /** Obligations and refrains, HL7 systems in their present spelling. */
  readonly duties: readonly LabelCode[];
  /** All labels, for the record: of confidentialities the highest, and none where no label says anything. */
  readonly labels: readonly LabelCode[];
}

/** duties that would tell that something is withheld are not said of the whole. */
const revealing: ReadonlySet<string> = new Set([
  'MASK',
  'REDACT',
  'NODSCLCD',
  'NODSCLCDS',
  'NOAUTH',
  'HUAPRV',
  'NOPAT',
  'NOVIP',
  'NOLIST',
]);

const known = new WeakMap<Labels, HighWater>();

export function highWaterOf(labels: Labels): HighWater {
  let found = known.get(labels);
  if (found === undefined) {
    found = read(labels);
    known.set(labels, found);
  }
  return found;
}

function read({ confidentiality, all }: Labels): HighWater {
  const duties = all.filter(({ system, code }) => {
    const kind = labelKind(system, code);
    return (kind === 'obligation' || kind === 'refrain') && !revealing.has(code);
  });
  return Object.freeze({
    confidentiality,
    duties: Object.freeze(duties),
    labels: Object.freeze(recorded(confidentiality, all)),
  });
}

function recorded(confidentiality: number, all: Labels['all']): readonly LabelCode[] {
  if (all.length === 0) return [];
  const others = all.filter(({ system, code }) => labelKind(system, code) !== 'confidentiality');
  if (confidentiality < 0) return others;
  return [{ system: v3SystemUrl('v3-Confidentiality'), code: confidentialityCode(confidentiality) }, ...others];
}
