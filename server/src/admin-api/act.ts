/**
 * Administrative acts. INVARIANT: that an act is meant is recorded before it is done, so that nothing can be done unseen, and how it ended after; it is acknowledged only
 * when it holds on every live node.
 */
import type { AuditKind, AuditOutcome } from '@fireguard/engine';
import type { AuditDraft, AuditLog } from '../audit-log/audit-log.ts';
import { onRecord } from '../audit-log/on-record.ts';
import type { AdminCaller } from './admin-caller.ts';
import type { AdminCall } from './admin-route.ts';

export interface Act {
  /** `user-added`, `client-disabled`, … */
  readonly action: string;
  /** One sentence for an officer; no secret. */
  readonly reason: string;
  readonly patients?: readonly string[];
  /** `Type/id` */
  readonly resources?: readonly string[];
}

type Circumstances = Pick<AdminCall<unknown, unknown, unknown>, 'caller' | 'address' | 'requestId' | 'asked'>;

/** Records, does, and gives what was done. */
export async function perform<Result>(
  auditLog: AuditLog,
  call: Circumstances,
  act: Act,
  work: () => Promise<Result>,
): Promise<Result> {
  return onRecord(auditLog, adminDraft(call, 'administration', 'permit', act), work);
}

export function adminDraft<Kind extends AuditKind>(
  call: Circumstances,
  kind: Kind,
  outcome: AuditOutcome,
  act: Act,
): AuditDraft & { readonly kind: Kind } {
  return {
    kind,
    outcome,
    action: act.action,
    caller: describeCaller(call.caller),
    ...(call.address === '' ? {} : { address: call.address }),
    patients: act.patients ?? [],
    resources: act.resources ?? [],
    masked: [],
    withheld: 0,
    rules: [],
    reason: act.reason,
    query: Buffer.from(call.asked).toString('base64'),
    requestId: call.requestId,
  };
}

function describeCaller(caller: AdminCaller): NonNullable<AuditDraft['caller']> {
  const named = { kind: 'user', roles: caller.roles, purposes: [] } as const;
  switch (caller.kind) {
    case 'local':
    case 'token':
      // Not a person that Fireguard knows: the record says by which door they came.
      return { ...named, user: { id: caller.kind === 'local' ? 'local-administrator' : 'admin-token', name: caller.name } };
    case 'person': {
      const { person, client, token } = caller;
      return {
        ...named,
        ...(client === undefined ? {} : { client }),
        ...(person === undefined
          ? {}
          : {
              user: {
                id: person.id,
                name: caller.name,
                ...(person.fhirUser === undefined ? {} : { fhirUser: person.fhirUser }),
              },
            }),
        ...(token === undefined ? {} : { token }),
      };
    }
  }
}
