/**
 * Labels and purposes named in rules. A code that HL7's own systems do not have is a slip of the pen, and a rule with one would silently never
 * apply; so it is refused. Codes of other systems are the site's own.
 */
import { v3System, v3SystemUrl } from '../terminology/codes.ts';
import { confidentialityRank } from '../terminology/confidentiality.ts';
import { labelKind } from '../terminology/label-kind.ts';
import { isPurpose, normalisePurpose, purposeSystem } from '../terminology/purpose.ts';
import { isSensitivity } from '../terminology/sensitivity.ts';
import type { LabelCode } from './compiled.ts';
import type { PolicyRule } from './document.ts';
import { refusePolicy } from './refuse-policy.ts';

/** `system|code`, with HL7's systems in their present spelling. */
export function labelOf(text: string): LabelCode {
  const bar = text.indexOf('|');
  const [system, code] = [text.slice(0, bar), text.slice(bar + 1)];
  const name = v3System(system);
  return Object.freeze({ system: name === undefined ? system : v3SystemUrl(name), code });
}

/** A code of v3-ActReason, or `system|code`. */
export function purposeOf(text: string): LabelCode {
  return normalisePurpose(text.includes('|') ? text : { system: purposeSystem, code: text })!;
}

/** Throws Problem `policy-invalid`; `at` is the rule's place. */
export function checkCodes({ caller, resources, clears, obligations }: PolicyRule, at: string): void {
  for (const key of ['purposes', 'everyPurpose', 'purposesOtherThan'] as const)
    for (const [index, text] of (caller?.[key] ?? []).entries()) {
      const purpose = purposeOf(text);
      if (purpose.system === purposeSystem && !isPurpose(purpose))
        refusePolicy(`${at}.caller.${key}[${index}]`, `v3-ActReason has no purpose ${text}`);
    }
  for (const [index, text] of (resources?.labels?.any ?? []).entries()) {
    if (!isLabel(labelOf(text))) refusePolicy(`${at}.resources.labels.any[${index}]`, 'the code system has no such label');
  }
  for (const [index, text] of (obligations?.labels ?? []).entries()) {
    if (!isLabel(labelOf(text))) refusePolicy(`${at}.obligations.labels[${index}]`, 'the code system has no such label');
  }
  for (const [index, code] of (Array.isArray(clears?.sensitivities) ? clears.sensitivities : []).entries()) {
    if (!isSensitivity(code)) refusePolicy(`${at}.clears.sensitivities[${index}]`, `v3-ActCode has no sensitivity ${code}`);
  }
  for (const [index, text] of (Array.isArray(clears?.other) ? clears.other : []).entries()) {
    const { system, code } = labelOf(text);
    const clearable = otherKinds.has(labelKind(system, code));
    if (!clearable)
      refusePolicy(`${at}.clears.other[${index}]`, 'name a compartment, privacy law, obligation or refrain of v3-ActCode');
  }
}

const otherKinds: ReadonlySet<string> = new Set(['compartment', 'policy', 'obligation', 'refrain']);

function isLabel({ system, code }: LabelCode): boolean {
  if (v3System(system) === undefined) return true;
  switch (labelKind(system, code)) {
    case 'confidentiality':
      return confidentialityRank(system, code) !== undefined;
    case 'sensitivity':
      return isSensitivity(code);
    case 'purpose':
      return isPurpose({ system, code });
    case 'other':
      return false;
    case 'mark':
    case 'integrity':
    case 'compartment':
    case 'obligation':
    case 'refrain':
    case 'policy':
    case 'test':
      return true;
  }
}
