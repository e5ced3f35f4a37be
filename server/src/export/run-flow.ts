/** Runs a flow of the engine to its end, getting what it needs. It never writes. */
import type { Found, Need } from '@fireguard/engine';
import type { Collaborators } from '../gateway/collaborators.ts';
import { resume } from '../gateway/fulfil.ts';

export async function runFlow<Result>(flow: Generator<Need, Result, Found>, use: Collaborators): Promise<Result> {
  let step = flow.next();
  while (!step.done) {
    if (step.value.kind === 'upstream' && step.value.writes) throw new Error('an export does not write');
    step = await resume(flow, step.value, use);
  }
  return step.value;
}
