/** Which case is open and which queue is shown, in the address: `#/review`, `#/review/asked`, `#/review/BG-2026-0417`. */
import { addressTo, useAddress } from '../parts/use-address.ts';

export type Queue = 'undecided' | 'asked' | 'decided';

export interface Place {
  readonly queue: Queue;
  readonly open: string | undefined;
}

const GLASS = /^BG-[\d-]+$/;

export function usePlace(): Place {
  const [first = '', second = ''] = useAddress().rest;
  const queue = first === 'asked' || first === 'decided' ? first : 'undecided';
  return { queue, open: GLASS.test(second) ? second : GLASS.test(first) ? first : undefined };
}

export function fragmentFor(queue: Queue, id?: string): string {
  return addressTo('review', queue, id);
}
