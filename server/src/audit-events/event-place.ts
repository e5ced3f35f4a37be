/** Where a page of events ends: behind which record, and how many events of the next one are told already. It travels in links that never leave the house. */
import { Problem } from '@fireguard/engine';
import type { AuditPlace } from '../storage/audit-records.ts';

export interface EventPlace {
  readonly after: AuditPlace | undefined;
  readonly skip: number;
}

export function writeEventPlace({ after, skip }: EventPlace): string {
  return `${after === undefined ? '' : `${after.recorded.getTime()}.${after.recordId}`}.${skip}`;
}

export function readEventPlace(text: string): EventPlace {
  const match = /^(?:(\d{1,15})\.([A-Za-z0-9-]{1,64}))?\.(\d{1,6})$/.exec(text);
  if (match === null) throw new Problem('cursor-invalid', 'This page has expired.');
  return {
    after: match[1] === undefined ? undefined : { recorded: new Date(Number(match[1])), recordId: match[2]! },
    skip: Number(match[3]),
  };
}
