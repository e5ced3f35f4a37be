/** One question to the admin API, asked again whenever its key changes; a late answer to an earlier question is dropped. */
import { useEffect, useState } from 'react';
import { AdminProblem } from '../admin-client.ts';

export type Answer<Value> =
  | { readonly is: 'waiting'; readonly before: Value | undefined }
  | { readonly is: 'here'; readonly value: Value }
  | { readonly is: 'problem'; readonly text: string };

export function useAnswer<Value>(
  key: string,
  ask: (signal: AbortSignal) => Promise<Value>,
  onSignedOut: () => void,
): Answer<Value> {
  const [answer, setAnswer] = useState<Answer<Value>>({ is: 'waiting', before: undefined });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says what is asked; the functions are new on every render.
  useEffect(() => {
    const stop = new AbortController();
    setAnswer((old) => ({ is: 'waiting', before: old.is === 'here' ? old.value : undefined }));
    ask(stop.signal).then(
      (value) => {
        if (!stop.signal.aborted) setAnswer({ is: 'here', value });
      },
      (error: unknown) => {
        if (stop.signal.aborted) return;
        if (error instanceof AdminProblem && error.kind === 'signed-out') onSignedOut();
        else
          setAnswer({
            is: 'problem',
            text: error instanceof AdminProblem ? error.message : 'Something is wrong with this page. Load it again.',
          });
      },
    );
    return () => stop.abort();
  }, [key]);
  return answer;
}
