/** One record per request, permit or deny, from its outcome: what the journal keeps before the first byte leaves. Its id and its time are the log's to give. */
import { type Caller, identityOf } from '../caller.ts';
import type { Outcome } from '../enforcement/outcome.ts';
import type { Problem } from '../problem.ts';
import type { FhirRequest } from '../request/request.ts';
import { base64 } from './base64.ts';
import { rawRequest } from './raw-request.ts';
import type { AuditOutcome, AuditRecord } from './record.ts';

export interface AuditInput {
  readonly outcome: Outcome | { readonly kind: 'problem'; readonly problem: Problem };
  /** Undefined when it was not found out who calls. */
  readonly caller: Caller | undefined;
  /** Undefined when the request was not understood. */
  readonly asked: FhirRequest | undefined;
  /** What was received, for a request that was not understood. */
  readonly original: FhirRequest['original'];
  readonly requestId: string;
  /** Network address, where there is no caller to hold it. */
  readonly address?: string;
}

export function auditRecord(input: AuditInput): Omit<AuditRecord, 'id' | 'recorded'> {
  const { caller, asked, requestId } = input;
  const type = asked === undefined ? undefined : typeOf(asked);
  // Empty where it is not known, as for a socket that is gone or of this machine's own.
  const address = caller?.address || input.address || undefined;
  return {
    kind: readsAudit(asked) ? 'audit-read' : 'request',
    action: asked?.interaction ?? 'not-understood',
    ...(type === undefined ? {} : { type }),
    ...(caller === undefined ? {} : { caller: callerOf(caller) }),
    ...(address === undefined ? {} : { address }),
    ...ending(input),
    query: base64(rawRequest(asked?.original ?? input.original)),
    requestId,
  };
}

/** DICOM 110101: looking at the audit is an act of its own, also by FHIR. Feeding it is a write like others. */
function readsAudit(asked: FhirRequest | undefined): boolean {
  switch (asked?.interaction) {
    case 'read':
    case 'vread':
    case 'history-instance':
    case 'history-type':
      return asked.type === 'AuditEvent';
    case 'search':
      return asked.types.includes('AuditEvent');
    default:
      return false;
  }
}

type Ending = Pick<
  AuditRecord,
  'consents' | 'outcome' | 'status' | 'patients' | 'resources' | 'labels' | 'masked' | 'withheld' | 'rules' | 'reason'
>;

function ending({ outcome, asked }: AuditInput): Ending {
  const named = asked === undefined ? [] : resourcesNamed(asked);
  if (outcome.kind === 'problem') {
    const { problem } = outcome;
    const nothing = { patients: [], resources: named, masked: [], withheld: 0, rules: [] };
    // The detail of a problem may hold what was sent; the record must not.
    return {
      ...nothing,
      outcome: outcomeOf(problem),
      status: problem.answer.status,
      reason: `${problem.code}: ${problem.publicText}`,
    };
  }
  const { decision, disclosure, status } = outcome;
  const { patients, resources, labels, masked, withheld } = disclosure;
  return {
    outcome: outcome.kind === 'denied' || decision.effect === 'deny' ? 'deny' : 'permit',
    status,
    patients,
    resources: resources.length > 0 ? resources : named,
    ...(labels === undefined ? {} : { labels }),
    masked,
    withheld,
    rules: decision.rules,
    ...(decision.consents === undefined ? {} : { consents: decision.consents }),
    reason: decision.reason,
  };
}

/** A caller who was turned away was denied, whoever turned them away; everything else failed. */
function outcomeOf(problem: Problem): AuditOutcome {
  return problem.answer.status === 401 || problem.answer.status === 403 ? 'deny' : 'failure';
}

function typeOf(asked: FhirRequest): string | undefined {
  switch (asked.interaction) {
    case 'search':
      return asked.types.length === 1 ? asked.types[0] : undefined;
    case 'capabilities':
    case 'batch':
    case 'transaction':
      return undefined;
    default:
      return asked.type;
  }
}

/** What the request is about, by its own words. */
function resourcesNamed(asked: FhirRequest): readonly string[] {
  switch (asked.interaction) {
    case 'read':
    case 'update':
    case 'patch':
    case 'delete':
      return [`${asked.type}/${asked.id}`];
    case 'vread':
      return [`${asked.type}/${asked.id}/_history/${asked.version}`];
    case 'history-instance':
    case 'operation':
      return asked.type === undefined || asked.id === undefined ? [] : [`${asked.type}/${asked.id}`];
    case 'capabilities':
    case 'search':
    case 'create':
    case 'conditional-update':
    case 'conditional-patch':
    case 'conditional-delete':
    case 'history-type':
    case 'history-system':
      return [];
    case 'batch':
    case 'transaction':
      return asked.entries.flatMap(({ request }) => resourcesNamed(request));
  }
}

function callerOf(caller: Caller): NonNullable<AuditRecord['caller']> {
  const { kind, client, user, roles, purposes, token, override, signIn, rationale } = caller;
  const identity = kind === 'system' ? identityOf(caller) : undefined;
  return Object.freeze({
    kind,
    ...(client === undefined
      ? {}
      : { client: { id: client.id, name: client.name, ...(identity === undefined ? {} : { identity }) } }),
    ...(user === undefined
      ? {}
      : { user: { id: user.id, name: user.name, ...(user.fhirUser === undefined ? {} : { fhirUser: user.fhirUser }) } }),
    roles,
    ...(signIn === undefined ? {} : { acr: signIn.acr }),
    purposes,
    ...(rationale === undefined ? {} : { rationale }),
    ...(token === undefined ? {} : { token: { id: token.id, issuer: token.issuer } }),
    ...(override === undefined ? {} : { override: override.id }),
  });
}
