/** The glass for which an app's token will be, as the steps of its login ask for it. */
import type { BrokenGlass } from '../../storage/break-glass.ts';
import type { BrokenFor } from '../picker-source.ts';
import { BREAK_THE_GLASS } from '../purposes.ts';
import type { Step, StepDependencies } from './step.ts';

export function asksForGlass(step: Step): boolean {
  return step.purposes.includes(BREAK_THE_GLASS);
}

/** The glass for which the token will be; undefined where none was asked for, or it has closed meanwhile. */
export async function glassOf(use: StepDependencies, step: Step): Promise<BrokenGlass | undefined> {
  if (!asksForGlass(step) || step.person === undefined) return undefined;
  return use.glasses?.openOf(step.person.id);
}

export function brokenFor(glass: BrokenGlass | undefined): BrokenFor | undefined {
  return glass === undefined ? undefined : { id: glass.id, expiresAt: glass.expires_at.getTime() };
}
