/**
 * An act of which the record must neither be lost nor say more than happened (I4): that it is meant is on record before it begins, how it ended after. Where the end is missing,
 * because process or disk ended in between, the trail shows an act whose outcome is not known.
 */
import { type AuditRecord, Problem } from '@fireguard/engine';
import type { AuditDraft, AuditLog } from './audit-log.ts';

type ActKind = NonNullable<AuditRecord['intends']>;

/**
 * `draft`: of the act as it is when it holds; `ended`: what is known better when it has ended. Rejects as `work` does, or with Problem('audit-unavailable'); then nothing
 * may be told to be done.
 */
export async function onRecord<Result>(
  auditLog: AuditLog,
  draft: AuditDraft & { readonly kind: ActKind },
  work: () => Promise<Result>,
  ended: (result: Result) => Partial<AuditDraft> = () => ({}),
): Promise<Result> {
  const { kind, ...act } = draft;
  const { id: intent } = await auditLog.append({ ...act, kind: 'intent', intends: kind, outcome: 'unknown' });
  let result: Result;
  try {
    result = await work();
  } catch (error) {
    const why = error instanceof Problem ? error.publicText : 'an error inside Fireguard';
    const what = draft.reason === undefined ? '' : `${draft.reason.replace(/\.$/, '')}. `;
    const reason = `${what}It failed, wholly or in part: ${why}`;
    await auditLog.append({ ...draft, outcome: 'failure', reason, intent });
    throw error;
  }
  await auditLog.append({ ...draft, ...ended(result), intent });
  return result;
}
