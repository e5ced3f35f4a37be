/** The audit record of a request, made of what is known of it: references and reasons, never content. */
import type { AuditRecord, Caller, FhirRequest, Outcome, Problem } from '@fireguard/engine';

export interface ToRecord {
  readonly outcome: Outcome | { readonly kind: 'problem'; readonly problem: Problem };
  readonly caller: Caller | undefined;
  readonly asked: FhirRequest | undefined;
  readonly requestId: string;
  readonly recorded: number;
  readonly id: string;
  readonly original: { readonly method: string; readonly target: string; readonly form: string | undefined };
}

export function auditRecord(of: ToRecord): AuditRecord {
  const { outcome, asked, caller } = of;
  const type =
    asked !== undefined && 'type' in asked ? asked.type : asked?.interaction === 'search' ? asked.types[0] : undefined;
  const told =
    outcome.kind === 'problem'
      ? {
          outcome: outcome.problem.answer.status >= 500 ? ('failure' as const) : ('deny' as const),
          status: outcome.problem.answer.status,
          patients: [],
          resources: [],
          masked: [],
          withheld: 0,
          rules: [`problem:${outcome.problem.code}`],
          reason: outcome.problem.publicText,
        }
      : {
          outcome: outcome.kind === 'denied' ? ('deny' as const) : ('permit' as const),
          status: outcome.status,
          ...outcome.disclosure,
          rules: outcome.decision.rules,
          reason: outcome.decision.reason,
        };
  const form = of.original.form === undefined ? '' : `\n\n${of.original.form}`;
  return {
    id: of.id,
    kind: 'request',
    recorded: of.recorded,
    action: asked?.interaction ?? 'not-understood',
    ...told,
    ...(type === undefined ? {} : { type }),
    ...(caller === undefined ? {} : { caller: callerPart(caller) }),
    query: Buffer.from(`${of.original.method} ${of.original.target}${form}`).toString('base64'),
    requestId: of.requestId,
  };
}

function callerPart(caller: Caller): NonNullable<AuditRecord['caller']> {
  const { kind, client, user, roles, purposes, token } = caller;
  return {
    kind,
    roles,
    purposes,
    ...(client === undefined ? {} : { client }),
    ...(user === undefined
      ? {}
      : { user: { id: user.id, name: user.name, ...(user.fhirUser === undefined ? {} : { fhirUser: user.fhirUser }) } }),
    ...(token === undefined ? {} : { token: { id: token.id, issuer: token.issuer } }),
  };
}
