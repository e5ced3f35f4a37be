/** Where a page of the audit ends, as text. It holds a time and a record id, both of which its reader has just seen. */
import { Problem } from '@fireguard/engine';

export interface AuditPage {
  readonly recorded: Date;
  readonly recordId: string;
}

export function writeAuditCursor(page: AuditPage): string {
  return Buffer.from(`${page.recorded.getTime()} ${page.recordId}`).toString('base64url');
}

export function readAuditCursor(text: string): AuditPage {
  const match = /^(\d{1,15}) ([A-Za-z0-9-]{1,64})$/.exec(Buffer.from(text, 'base64url').toString());
  if (match === null) throw new Problem('parameter-invalid', 'This cursor did not come from here. Begin without one.');
  return { recorded: new Date(Number(match[1])), recordId: match[2]! };
}
