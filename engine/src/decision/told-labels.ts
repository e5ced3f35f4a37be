/**
 * where the site wants it, what leaves about a patient says how confidential it is and how sensitive, by the labels on which it was judged. Of what is
 * masked no sensitivity is told, and no level but the one that the rules reach: either might be that of what was taken away.
 */
import type { Labels } from '../label/labels.ts';
import { v3SystemUrl } from '../terminology/codes.ts';
import { confidentialityCode, confidentialityRanks } from '../terminology/confidentiality.ts';
import type { Obligation } from './permit.ts';

/** `reach`: of what is masked, the rank that is told; undefined = it is whole. */
export function toldLabels({ confidentiality, sensitivities }: Labels, reach: number | undefined): readonly Obligation[] {
  const rank = reach ?? (confidentiality < 0 ? confidentialityRanks.N : confidentiality);
  return [
    { kind: 'label', system: v3SystemUrl('v3-Confidentiality'), code: confidentialityCode(rank) },
    ...(reach === undefined ? sensitivities : []).map(
      (code) => ({ kind: 'label', system: v3SystemUrl('v3-ActCode'), code }) as const,
    ),
  ];
}
