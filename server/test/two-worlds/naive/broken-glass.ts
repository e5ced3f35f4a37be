/** Whoever broke the glass for a patient stands to that patient in a relation that rules may name (ADR 16, R-223, R-235): no fact makes it, and it ends. */
import type { Json } from '../json.ts';
import type { SceneCaller, SceneFacts } from '../scenario.ts';

export const BROKEN = 'break-the-glass';

export function isOverriding({ kind, override, overrideEnded }: SceneCaller, patient: string): boolean {
  return kind !== 'anonymous' && override === patient && overrideEnded !== true;
}

export function relationsTo(patient: string, caller: SceneCaller, facts: SceneFacts): readonly string[] {
  const known = (facts.relations[patient] ?? []).filter((one) => one !== BROKEN);
  return isOverriding(caller, patient) ? [...known, BROKEN] : known;
}

/** a person whom some rule that may apply would let in then. */
export function mayBreak({ kind }: SceneCaller, rules: readonly Json[]): boolean {
  return kind === 'user' && rules.some(({ effect, caller }) => effect === 'permit' && caller?.relations?.includes(BROKEN));
}
