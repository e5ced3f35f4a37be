/** A signed checkpoint of the audit chain as a notice: the whole line is a fact, so that whoever keeps it can hand it to `fireguard audit verify`. */
import { createHash } from 'node:crypto';
import type { NewNotice } from './notice.ts';

export function checkpointNotice(line: string): NewNotice {
  const { seq, chain } = JSON.parse(line) as { readonly seq: number; readonly chain: string };
  return {
    id: `checkpoint-${createHash('sha256').update(line).digest('hex').slice(0, 32)}`,
    topic: 'checkpoint',
    title: `Audit checkpoint: record ${seq} of ${chain}`,
    text: `Keep this line:\n${line}`,
    facts: { seq, chain, line },
  };
}
