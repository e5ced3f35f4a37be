/** What a hold covers, in words. */
import type { Hold } from '../admin-shapes.ts';
import { dateText } from '../audit/times.ts';

export function coverText({ patient, since, until }: Pick<Hold, 'patient' | 'since' | 'until'>): string {
  const whom = patient === undefined ? 'Everybody' : `Patient/${patient}`;
  if (since === undefined && until === undefined) return `${whom}, all times`;
  if (until === undefined) return `${whom}, from ${dateText(since ?? '')}`;
  // The first moment that it does not cover.
  const last = dateText(new Date(Date.parse(until) - 1).toISOString());
  return since === undefined ? `${whom}, to ${last}` : `${whom}, ${dateText(since)} to ${last}`;
}
