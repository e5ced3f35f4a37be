/** The audit side of a request. Nothing may be answered before one of these has resolved (I4). */
import { auditRecord, type Outcome, Problem } from '@fireguard/engine';
import type { AuditDraft } from '../audit-log/audit-log.ts';
import { RefusedCaller } from '../authentication/refused-caller.ts';
import type { Collaborators } from './collaborators.ts';
import type { Known } from './known.ts';
import { framesOf, routeOf } from './log.ts';
import { toldStatus } from './told-status.ts';

/** A failure as it will be answered: a Problem of the request or ours, or a bug, of which nobody outside learns more than its correlation id. */
export type Failure = { readonly kind: 'problem'; readonly problem: Problem } | { readonly kind: 'bug' };

/** Before a write is sent. `about`: what it changes, beside what the request names. Gives the id of the record. */
export async function recordIntent(known: Known, about: readonly string[], use: Collaborators): Promise<string> {
  const { asked, caller } = known;
  if (asked === undefined || caller === undefined) throw new Error('an intent without a request');
  const base = draft(known, { kind: 'problem', problem: INTENT });
  const { status: _none, reason: _unknown, ...rest } = base;
  const resources = [...new Set([...base.resources, ...about.filter((key) => key.includes('/'))])];
  const record = await use.audit.append({ ...rest, resources, kind: 'intent', outcome: 'unknown' });
  return record.id;
}

/** Of a write that was decided here and is carried out by the server that asked. `about` as for the intent. */
export async function recordPermit(known: Known, about: readonly string[], use: Collaborators): Promise<void> {
  const { reason: _unknown, ...rest } = draft(known, { kind: 'problem', problem: INTENT });
  const resources = [...new Set([...rest.resources, ...about.filter((key) => key.includes('/'))])];
  const reason = 'Permitted; the write is left to the server that asked.';
  await use.audit.append({ ...rest, resources, status: 200, outcome: 'permit', reason });
  use.log(line(known, 200));
}

export async function recordOutcome(known: Known, outcome: Outcome, use: Collaborators): Promise<void> {
  const status = toldStatus(outcome.status, use);
  await use.audit.append({ ...draft(known, outcome), status });
  use.log(line(known, status));
}

/** Of an answer that shows no resource. */
export async function recordTold(
  known: Known,
  told: { readonly status: number; readonly reason: string },
  use: Collaborators,
): Promise<void> {
  await use.audit.append({ ...draft(known, { kind: 'problem', problem: BUG }), ...told, outcome: 'permit' });
  use.log(line(known, told.status));
}

/** Never throws: when even the record cannot be made, the answer is that it cannot, and nothing else leaves. */
export async function recordFailure(known: Known, error: unknown, use: Collaborators): Promise<Failure> {
  const failure: Failure = error instanceof Problem ? { kind: 'problem', problem: error } : { kind: 'bug' };
  const status = failure.kind === 'problem' ? toldStatus(failure.problem.answer.status, use, failure.problem.code) : 500;
  try {
    await use.audit.append(failed(known, failure, status));
  } catch {
    use.log({ ...line(known, 503), problem: 'audit-unavailable' });
    return { kind: 'problem', problem: new Problem('audit-unavailable', 'The service is not available at the moment.') };
  }
  use.log({
    ...line(known, status),
    ...(failure.kind === 'problem' ? { problem: failure.problem.code } : { problem: 'bug', at: framesOf(error) }),
  });
  return failure;
}

const INTENT = new Problem('write-conflict', 'intent');
const BUG = new Problem('upstream-odd', 'internal error');

function failed(known: Known, failure: Failure, status: number): AuditDraft {
  const problem = failure.kind === 'problem' ? failure.problem : BUG;
  const whose = problem instanceof RefusedCaller ? { ...known, caller: problem.caller } : known;
  const base = draft(whose, { kind: 'problem', problem });
  const told = {
    ...base,
    status,
    ...(failure.kind === 'bug' ? { reason: 'An error inside Fireguard; see its log by the request id.' } : {}),
  };
  // The write had been sent: whether it happened is for the upstream's records to say.
  return known.intent === undefined ? told : { ...told, outcome: 'unknown' };
}

function draft(known: Known, outcome: Outcome | { readonly kind: 'problem'; readonly problem: Problem }): AuditDraft {
  const { caller, asked, requestId, address, method, target, intent, act } = known;
  const record = auditRecord({ outcome, caller, asked, requestId, address, original: { method, target, form: undefined } });
  if (intent === undefined && act === undefined) return record;
  return { ...record, ...(intent === undefined ? {} : { intent }), ...(act === undefined ? {} : { action: act }) };
}

function line(known: Known, status: number) {
  return {
    requestId: known.requestId,
    route: known.act ?? routeOf(known.asked),
    status,
    ms: Math.round((performance.now() - known.began) * 10) / 10,
  };
}
