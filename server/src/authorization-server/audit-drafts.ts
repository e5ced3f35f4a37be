/** Audit records of the authorization server. INVARIANT: a record holds no token, code, secret or password, and no name that was typed and is not one. */
import { purposeSystem } from '@fireguard/engine';
import type { AuditDraft } from '../audit-log/audit-log.ts';

export interface KnownPerson {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly fhirUser: string | undefined;
  /** Where their browser is. */
  readonly address?: string;
}

export interface AuditFacts<Kind extends AuditDraft['kind'] = AuditDraft['kind']> {
  readonly kind: Kind;
  readonly action: string;
  readonly outcome: AuditDraft['outcome'];
  readonly reason?: string | undefined;
  readonly status?: number | undefined;
  readonly client?: { readonly id: string; readonly name: string } | undefined;
  readonly person?: KnownPerson | undefined;
  readonly roles?: readonly string[] | undefined;
  readonly token?: { readonly id: string; readonly issuer: string } | undefined;
  /** Codes of v3-ActReason. */
  readonly purposes?: readonly string[];
  readonly patient?: string | undefined;
  readonly address: string;
  readonly requestId: string;
}

export function auditDraft<Kind extends AuditDraft['kind']>(facts: AuditFacts<Kind>): AuditDraft & { readonly kind: Kind } {
  const { client, person, token } = facts;
  return {
    kind: facts.kind,
    action: facts.action,
    outcome: facts.outcome,
    ...(facts.status === undefined ? {} : { status: facts.status }),
    ...(facts.reason === undefined ? {} : { reason: facts.reason }),
    caller: {
      kind: person !== undefined ? 'user' : client !== undefined && token !== undefined ? 'system' : 'anonymous',
      ...(client === undefined ? {} : { client: { id: client.id, name: client.name } }),
      ...(person === undefined
        ? {}
        : {
            user: { id: person.id, name: person.name, ...(person.fhirUser === undefined ? {} : { fhirUser: person.fhirUser }) },
          }),
      roles: facts.roles ?? person?.roles ?? [],
      purposes: (facts.purposes ?? []).map((code) => ({ system: purposeSystem, code })),
      ...(token === undefined ? {} : { token }),
    },
    address: facts.address,
    patients: facts.patient === undefined ? [] : [facts.patient],
    resources: [],
    masked: [],
    withheld: 0,
    rules: [],
    requestId: facts.requestId,
  };
}
