/**
 * Labels of a Bundle that is answered (R-192 to R-194, requirements 3.9), from what is in it after filtering: its highest confidentiality, what for the
 * caller may use it, and the duties that go along. No sensitivities: they would tell of single entries.
 */
import type { Coding } from '../caller.ts';
import { v3SystemUrl } from '../terminology/codes.ts';
import { confidentialityCode } from '../terminology/confidentiality.ts';
import type { Visible } from './visible.ts';

/** `purposes`: of the caller. Undefined when no label says anything. */
export function bundleLabels(visible: readonly Visible[], purposes: readonly Coding[]): readonly Coding[] | undefined {
  let confidentiality = -1;
  const labels = new Map<string, Coding>();
  for (const { marks } of visible) {
    if (marks === undefined) continue;
    confidentiality = Math.max(confidentiality, marks.confidentiality);
    for (const { system, code } of marks.duties) labels.set(`${system}|${code}`, { system, code });
  }
  if (confidentiality < 0) return undefined;
  return [
    { system: v3SystemUrl('v3-Confidentiality'), code: confidentialityCode(confidentiality) },
    ...purposes.map(({ system, code }) => ({ system, code })),
    ...labels.values(),
  ];
}
