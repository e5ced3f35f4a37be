/**
 * requirements 3.7 and D3: does a resource carry one of the labels that a rule names? A permit for a confidentiality means that level or lower,
 * a deny that level or higher; sensitivities count with what they subsume; everything else is compared as it stands.
 */
import { confidentialityRank } from '../terminology/confidentiality.ts';
import { labelKind } from '../terminology/label-kind.ts';
import { sensitivitySubsumes } from '../terminology/sensitivity.ts';
import { canonicalSystem } from './canonical-system.ts';
import type { LabelCode, Labels } from './labels.ts';

export function carriesLabel(labels: Labels, wanted: readonly LabelCode[], effect: 'permit' | 'deny'): boolean {
  return wanted.some((label) => carries(labels, label, effect));
}

function carries(labels: Labels, wanted: LabelCode, effect: 'permit' | 'deny'): boolean {
  const rank = confidentialityRank(wanted.system, wanted.code);
  if (rank !== undefined) {
    if (effect === 'deny') return labels.confidentiality >= rank;
    return labels.confidentiality >= 0 && labels.confidentiality <= rank;
  }
  if (labelKind(wanted.system, wanted.code) === 'sensitivity') {
    return labels.sensitivities.some((code) => sensitivitySubsumes(wanted.code, code));
  }
  const system = canonicalSystem(wanted.system);
  return labels.all.some((label) => label.system === system && label.code === wanted.code);
}
