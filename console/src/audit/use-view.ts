/** The view in the address, and how to change it. */
import { useSyncExternalStore } from 'react';
import { type View, viewOf } from './view.ts';

export function useView(): View {
  const fragment = useSyncExternalStore(
    (changed) => {
      window.addEventListener('hashchange', changed);
      return () => window.removeEventListener('hashchange', changed);
    },
    () => location.hash,
  );
  return viewOf(fragment);
}
