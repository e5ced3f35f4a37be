/** RFC 9470 §3: which sign-in would be enough, where several rules ask for one. */
import type { Applicable } from '../policy/compiled.ts';
import type { CompiledAssurance } from '../policy/environment.ts';
import type { StepUp } from './permit.ts';

/**
 * `lacking`: rules that nothing but a surer sign-in would turn. All denies must be lifted, and of the permits one is enough: the first. Where the
 * classes that two rules accept have none in common, those of the first are named; the next answer names the others.
 */
export function stepUpFor(lacking: readonly Applicable[]): StepUp {
  const permit = lacking.find(({ rule }) => rule.effect === 'permit');
  const needed = lacking.filter((one) => one === permit || one.rule.effect === 'deny').map(assuranceOf);
  let acr: readonly string[] | undefined;
  let maxAge: number | undefined;
  for (const one of needed) {
    if (one.maxAge !== undefined) maxAge = Math.min(one.maxAge, maxAge ?? one.maxAge);
    const common = acr === undefined ? one.acr : acr.filter((each) => one.acr?.includes(each) ?? true);
    if (common === undefined || common.length > 0) acr = common;
  }
  return Object.freeze({ acr, maxAge });
}

function assuranceOf({ rule }: Applicable): CompiledAssurance {
  const assurance = (rule.effect === 'permit' ? rule.environment : rule.unless)?.assurance;
  if (assurance === undefined) throw new Error(`rule ${rule.id} asks for no sign-in`);
  return assurance;
}
