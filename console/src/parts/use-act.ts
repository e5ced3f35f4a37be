/** Something that is done by a button: once at a time, with what went wrong told where it was pressed. */
import { useState } from 'react';
import { AdminProblem } from '../admin-client.ts';

export interface Acting {
  readonly isBusy: boolean;
  readonly problem: string | undefined;
  /** `then` is called with what came of it; nothing else is when it fails. */
  run<Result>(work: () => Promise<Result>, then: (result: Result) => void): void;
}

export function useAct(onSignedOut: () => void): Acting {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  return {
    isBusy,
    problem,
    run(work, then) {
      if (isBusy) return;
      setBusy(true);
      setProblem(undefined);
      work()
        .then(then, (error: unknown) => {
          if (error instanceof AdminProblem && error.kind === 'signed-out') onSignedOut();
          else setProblem(error instanceof AdminProblem ? error.message : 'It could not be sent. Try again.');
        })
        .finally(() => setBusy(false));
    },
  };
}
