/** is something more confidential than a request asked for? What says nothing of itself is normal, and sensitive data are restricted whatever they say. */
import { confidentialityRanks } from '../terminology/confidentiality.ts';
import type { Labels } from './labels.ts';

const { N, R } = confidentialityRanks;

/** `ceiling`: a rank. A labelled element counts for the whole, and so does a label that binds disclosure. */
export function exceeds(labels: Labels, ceiling: number): boolean {
  const { confidentiality, sensitivities, other, elements = [] } = labels;
  const sensitive = sensitivities.length > 0 || other.length > 0 ? R : N;
  const rank = confidentiality < 0 ? sensitive : sensitive === R ? Math.max(confidentiality, R) : confidentiality;
  return rank > ceiling || elements.some((element) => exceeds({ ...element.labels, elements: [] }, ceiling));
}
