/** Which case is open and which queue is shown, in the address: `#/review`, `#/review/asked`, `#/review/BG-2026-0417`. */
import { useSyncExternalStore } from 'react';

export type Queue = 'undecided' | 'asked' | 'decided';

export interface Place {
  readonly queue: Queue;
  readonly open: string | undefined;
}

export function usePlace(): Place {
  return placeIn(useSyncExternalStore(whenChanged, () => location.hash));
}

function whenChanged(changed: () => void): () => void {
  window.addEventListener('hashchange', changed);
  return () => window.removeEventListener('hashchange', changed);
}

/** Is the console at the review, rather than at the audit? */
export function useIsReview(): boolean {
  return useSyncExternalStore(whenChanged, () => location.hash.startsWith('#/review'));
}

function placeIn(fragment: string): Place {
  const [, , first = '', second = ''] = fragment.split('/');
  const queue = first === 'asked' || first === 'decided' ? first : 'undecided';
  const id = /^BG-[\d-]+$/.test(second) ? second : /^BG-[\d-]+$/.test(first) ? first : undefined;
  return { queue, open: id };
}

export function fragmentFor(queue: Queue, id?: string): string {
  return `#/review/${queue}${id === undefined ? '' : `/${id}`}`;
}
