/**
 * V8 starts a full collection after every 64 MB of bytes that pass through, however large the heap is: with answers of a megabyte that was one for thirty requests, and a
 * quarter of their cost. With this they count as part of the heap and of its limits, which grow with what lives. (A flag of the process, so of a library that embeds us too.)
 */
import { setFlagsFromString } from 'node:v8';

export function countBytesWithHeap(): void {
  setFlagsFromString('--external-memory-accounted-in-global-limit');
}
