/**
 * where the site wants it, what leaves about a patient says how confidential it is and how sensitive, by the labels on which it was judged. Of what is
 * masked no sensitivity is told: it might be that of what was taken away.
 */
import type { Labels } from '../label/labels.ts';
import { v3SystemUrl } from '../terminology/codes.ts';
import { confidentialityCode, confidentialityRanks } from '../terminology/confidentiality.ts';
import type { Obligation } from './permit.ts';

export function toldLabels({ confidentiality, sensitivities }: Labels, isMasked: boolean): readonly Obligation[] {
  const rank = confidentiality < 0 ? confidentialityRanks.N : confidentiality;
  return [
    { kind: 'label', system: v3SystemUrl('v3-Confidentiality'), code: confidentialityCode(rank) },
    ...(isMasked ? [] : sensitivities).map((code) => ({ kind: 'label', system: v3SystemUrl('v3-ActCode'), code }) as const),
  ];
}
