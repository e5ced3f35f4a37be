/** Subsumption of sensitivities (v3-ActCode, InformationSensitivityPolicy): a rule on SPI covers SUD, and SUD covers OPIOIDUD. */
import { codeTree } from './codes.ts';

/** Is `code` the same as `ancestor` or below it? Unknown codes are only themselves. */
export function sensitivitySubsumes(ancestor: string, code: string): boolean {
  return code === ancestor || (codeTree('sensitivity').ancestors.get(code)?.has(ancestor) ?? false);
}

/** Is it a sensitivity that the hierarchy knows? One that is not counts as the most restrictive (I5). */
export function isSensitivity(code: string): boolean {
  return codeTree('sensitivity').ancestors.has(code);
}

/**
 * For protecting: does a denial of `named` reach `code`? Beside subsumption, ETH (older: alcohol and drug abuse) and SUD stand for each other,
 * although the hierarchy has them apart (requirements 3.3).
 */
export function sensitivityMeets(named: string, code: string): boolean {
  if (sensitivitySubsumes(named, code)) return true;
  if (named === 'ETH') return sensitivitySubsumes('SUD', code);
  return code === 'ETH' && sensitivitySubsumes(named, 'SUD');
}
