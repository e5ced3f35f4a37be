/**
 * Several flows at once, for hosts that can get several things at the same time: in each round every flow that runs says what it needs, and all of it is
 * asked for together. INVARIANT: no flow sees what another found, and a failure ends the flow that asked for it, no other.
 */
import type { Found, Need, Single, SingleFound } from './need.ts';

type Flow<Result> = Generator<Need, Result, Found>;

/** The results in the order of the flows. `most`: how many run at the same time. */
export function* together<Result>(flows: readonly Flow<Result>[], most: number): Generator<Need, readonly Result[], Found> {
  const results = new Map<number, Result>();
  const waiting = [...flows.entries()];
  const running = new Map<number, Single>();
  const take = (at: number, step: IteratorResult<Need, Result>): void => {
    running.delete(at);
    if (step.done) results.set(at, step.value);
    else if (step.value.kind === 'several') throw new Error('several inside several');
    else running.set(at, step.value);
  };
  while (waiting.length > 0 || running.size > 0) {
    while (waiting.length > 0 && running.size < most) {
      const [at, flow] = waiting.shift()!;
      take(at, flow.next());
    }
    if (running.size === 0) continue;
    const asked = [...running];
    const found = yield* all(asked.map(([, need]) => need));
    for (const [index, [at]] of asked.entries()) {
      const one = found[index]!;
      take(at, one.kind === 'failed' ? flows[at]!.throw(one.problem) : flows[at]!.next(one));
    }
  }
  return flows.map((_, at) => results.get(at)!);
}

function* all(needs: readonly Single[]): Generator<Need, readonly SingleFound[], Found> {
  const found = yield { kind: 'several', needs };
  if (found.kind !== 'several' || found.found.length !== needs.length) throw new Error('several were asked for');
  return found.found;
}
