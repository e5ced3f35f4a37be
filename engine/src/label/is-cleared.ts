/** Clearance (R-186, architecture §6): every protective label must be cleared, not just one; normal confidentiality and below needs none. */
import { confidentialityRanks } from '../terminology/confidentiality.ts';
import { sensitivitySubsumes } from '../terminology/sensitivity.ts';
import { type Labels, noLabels } from './labels.ts';

export interface Clearance {
  readonly confidentiality: 'N' | 'R' | 'V';
  /** Codes, each with what it subsumes. */
  readonly sensitivities: ReadonlySet<string> | '*';
  /** `system|code`. */
  readonly other: ReadonlySet<string> | '*';
}

export function isCleared(labels: Labels, clears: Clearance): boolean {
  if (labels === noLabels) return true;
  return (
    labels.confidentiality <= confidentialityRanks[clears.confidentiality] &&
    // Most resources carry none, and are asked this once for each rule.
    (labels.sensitivities.length === 0 || labels.sensitivities.every((code) => reaches(clears.sensitivities, code))) &&
    (labels.other.length === 0 || labels.other.every((label) => clears.other === '*' || clears.other.has(label)))
  );
}

/** Is there no label that it does not clear? */
export function clearsAll({ confidentiality, sensitivities, other }: Clearance): boolean {
  return confidentiality === 'V' && sensitivities === '*' && other === '*';
}

function reaches(cleared: ReadonlySet<string> | '*', code: string): boolean {
  if (cleared === '*' || cleared.has(code)) return true;
  for (const broader of cleared) if (sensitivitySubsumes(broader, code)) return true;
  return false;
}
