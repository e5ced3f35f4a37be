/** One thing that is open beside its list: read again after each change, with what it was before in its place meanwhile; and acting on it. */
import { type ReactElement, useState } from 'react';
import { useAnswer } from '../audit/use-answer.ts';
import { ProblemBox } from './problem.tsx';
import { type Acting, useAct } from './use-act.ts';

export type Case<Shown> =
  | { readonly shown: Shown; readonly act: Acting; readonly changed: () => void }
  /** What stands there as long as it cannot be shown. */
  | { readonly shown: undefined; readonly instead: ReactElement };

export interface CaseGiven {
  readonly id: string;
  readonly onSignedOut: () => void;
  /** The list must be read again too. */
  readonly onChanged: () => void;
}

export function useCase<Shown>(
  { id, onSignedOut, onChanged }: CaseGiven,
  read: (id: string, signal: AbortSignal) => Promise<Shown>,
): Case<Shown> {
  const [asks, setAsks] = useState(0);
  const act = useAct(onSignedOut);
  const answer = useAnswer(`${asks} ${id}`, (signal) => read(id, signal), onSignedOut);
  if (answer.is === 'problem') return { shown: undefined, instead: <ProblemBox text={answer.text} /> };
  const shown = answer.is === 'here' ? answer.value : answer.before;
  if (shown === undefined) return { shown: undefined, instead: <p className="quiet">Reading …</p> };
  const changed = () => {
    setAsks((count) => count + 1);
    onChanged();
  };
  return { shown, act, changed };
}
