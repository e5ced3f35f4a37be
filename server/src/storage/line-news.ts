/** What the thread that listens and the one that serves tell each other, and the memory they share (line-thread.ts, line-worker.ts). */
import type { MessagePort } from 'node:worker_threads';
import type { ClientConfig } from 'pg';
import type { Change } from './cluster.ts';
import { leaseBytes } from './lease.ts';

/** From the listener, in the order in which it heard. */
export type News =
  | { readonly kind: 'changed'; readonly change: Change }
  /** This node was no member and is one again: whatever it cached before is void. */
  | { readonly kind: 'entered' }
  /** The node `by` has confirmed our announcement `number`. */
  | { readonly kind: 'confirmed'; readonly number: number; readonly by: string };

/** How the listener says how it fares: once `opened` or `failed` (and then it ends). */
export type Fared = { readonly kind: 'opened' } | { readonly kind: 'failed'; readonly message: string; readonly code?: string };

export interface ListenerStart {
  readonly self: string;
  readonly config: ClientConfig;
  readonly memory: SharedArrayBuffer;
  readonly news: MessagePort;
}

export const changed = 'fireguard_changed';
export const confirmed = 'fireguard_confirmed';

/** Payload on the channel `changed`. */
export interface Announcement extends Change {
  readonly from: string;
  readonly number: number;
}

/** Payload on the channel `confirmed`. */
export interface Confirmation {
  readonly to: string;
  readonly number: number;
  readonly by: string;
}

/** The lease, then the epoch. */
export const lineMemory = (): SharedArrayBuffer => new SharedArrayBuffer(leaseBytes + Int32Array.BYTES_PER_ELEMENT);

/** [0]: how many news the listener has posted, modulo 2^32. */
export const epochIn = (memory: SharedArrayBuffer): Int32Array => new Int32Array(memory, leaseBytes, 1);
