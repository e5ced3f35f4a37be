/**
 * requirements 3.7 and D3: does a resource carry one of the labels that a rule names? A permit for a confidentiality means that level or lower,
 * a deny that level or higher; sensitivities count with what they subsume; everything else is compared as it stands.
 */
import { confidentialityRank } from '../terminology/confidentiality.ts';
import { type LabelKind, labelKind } from '../terminology/label-kind.ts';
import { sensitivitySubsumes } from '../terminology/sensitivity.ts';
import { canonicalSystem } from './canonical-system.ts';
import { type LabelCode, type Labels, noLabels } from './labels.ts';

export function carriesLabel(labels: Labels, wanted: readonly LabelCode[], effect: 'permit' | 'deny'): boolean {
  if (labels === noLabels) return false;
  for (const label of wanted) if (carries(labels, label, effect)) return true;
  return false;
}

function carries(labels: Labels, wanted: LabelCode, effect: 'permit' | 'deny'): boolean {
  const { rank, kind, system } = meaningOf(wanted);
  if (rank !== undefined) {
    if (effect === 'deny') return labels.confidentiality >= rank;
    return labels.confidentiality >= 0 && labels.confidentiality <= rank;
  }
  if (kind === 'sensitivity') return labels.sensitivities.some((code) => sensitivitySubsumes(wanted.code, code));
  return labels.all.some((label) => label.system === system && label.code === wanted.code);
}

interface Meaning {
  readonly rank: number | undefined;
  readonly kind: LabelKind;
  readonly system: string;
}

/** What a rule's label means is looked up once. */
const meanings = new WeakMap<LabelCode, Meaning>();

function meaningOf(wanted: LabelCode): Meaning {
  let meaning = meanings.get(wanted);
  if (meaning === undefined) {
    const { system, code } = wanted;
    meaning = { rank: confidentialityRank(system, code), kind: labelKind(system, code), system: canonicalSystem(system) };
    meanings.set(wanted, meaning);
  }
  return meaning;
}
