/**
 * Labels of a Bundle that is answered (R-192 to R-194, requirements 3.9), from what is in it after filtering: its highest confidentiality, what for the
 * caller may use it, and the duties that go along. No sensitivities: they would tell of single entries. INVARIANT: what is masked adds nothing but what it shows
 * and what the rules say, since its labels could be those of what was taken away.
 */
import type { Coding } from '../caller.ts';
import { name } from '../json/scan.ts';
import { v3SystemUrl } from '../terminology/codes.ts';
import { confidentialityCode } from '../terminology/confidentiality.ts';
import { carries } from './meta-additions.ts';
import type { Visible } from './visible.ts';

const META = name('meta');
const SECURITY = name('security');

/** `purposes`: of the caller. Undefined when no label says anything. */
export function bundleLabels(visible: readonly Visible[], purposes: readonly Coding[]): readonly Coding[] | undefined {
  let confidentiality = -1;
  const labels = new Map<string, Coding>();
  for (const one of visible) {
    confidentiality = Math.max(confidentiality, one.mask.length === 0 ? (one.marks?.confidentiality ?? -1) : one.reach);
    for (const { system, code } of dutiesOf(one)) labels.set(`${system}|${code}`, { system, code });
  }
  if (confidentiality < 0) return undefined;
  return [
    { system: v3SystemUrl('v3-Confidentiality'), code: confidentialityCode(confidentiality) },
    ...purposes.map(({ system, code }) => ({ system, code })),
    ...labels.values(),
  ];
}

/** Of what is masked, those that stand on the resource itself and are shown with it. */
function dutiesOf({ marks, mask, document, node }: Visible): readonly Coding[] {
  const duties = marks?.duties ?? [];
  if (mask.length === 0) return duties;
  const own = document.at(node, META, SECURITY);
  return duties.filter(({ system, code }) => carries(document, own, system, code));
}
