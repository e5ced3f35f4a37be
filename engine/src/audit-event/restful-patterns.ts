/** IHE BALP §RESTful activities: for each interaction, the action, the roles of client, server and user, and the profile's name. */
import { type Code, DCM, INTERACTION, PARTICIPATION, PROVENANCE_PARTICIPANT } from './codes.ts';
import type { AuditRecord } from './record.ts';

export interface RestfulPattern {
  readonly subtype: string;
  readonly action: 'C' | 'R' | 'U' | 'D' | 'E';
  readonly client: Code;
  readonly server: Code;
  readonly user: Code;
  /** Name in the profile's id, where BALP has one: `IHE.BasicAudit.Read`, `IHE.BasicAudit.PatientRead`. */
  readonly profile: 'Create' | 'Read' | 'Update' | 'Delete' | 'Query' | undefined;
  /** `data`: the resources are listed. `query`: the request is, and the resources are not. */
  readonly entity: 'data' | 'query';
}

const source: Code = { system: DCM, code: '110153', display: 'Source Role ID' };
const destination: Code = { system: DCM, code: '110152', display: 'Destination Role ID' };
const application: Code = { system: DCM, code: '110150', display: 'Application' };
const custodian: Code = { system: PROVENANCE_PARTICIPANT, code: 'custodian', display: 'Custodian' };
const recipient: Code = { system: PARTICIPATION, code: 'IRCP', display: 'information recipient' };
const author: Code = { system: PARTICIPATION, code: 'AUT', display: 'author (originator)' };

const write = { client: source, server: destination, user: author, entity: 'data' } as const;
const read = { action: 'R', client: destination, server: source, user: recipient, entity: 'data' } as const;
const query = { action: 'E', client: source, server: destination, user: recipient, entity: 'query' } as const;

const patterns: ReadonlyMap<string, RestfulPattern> = new Map<string, RestfulPattern>([
  ['create', { ...write, subtype: 'create', action: 'C', profile: 'Create' }],
  ['read', { ...read, subtype: 'read', profile: 'Read' }],
  ['vread', { ...read, subtype: 'vread', profile: 'Read' }],
  ['update', { ...write, subtype: 'update', action: 'U', profile: 'Update' }],
  ['patch', { ...write, subtype: 'patch', action: 'U', profile: 'Update' }],
  ['delete', { ...write, client: application, server: custodian, subtype: 'delete', action: 'D', profile: 'Delete' }],
  ['search', { ...query, subtype: 'search-type', profile: 'Query' }],
  // Consents that are kept by administration.
  ['consent-kept', { ...write, subtype: 'update', action: 'U', profile: 'Update' }],
  [
    'consent-taken-back',
    { ...write, client: application, server: custodian, subtype: 'delete', action: 'D', profile: 'Delete' },
  ],
  // BALP has no profile for the rest; they keep its form.
  ['conditional-update', { ...write, subtype: 'update', action: 'U', profile: undefined, entity: 'query' }],
  ['conditional-patch', { ...write, subtype: 'patch', action: 'U', profile: undefined, entity: 'query' }],
  [
    'conditional-delete',
    { ...write, client: application, server: custodian, subtype: 'delete', action: 'D', profile: undefined, entity: 'query' },
  ],
  ['history-instance', { ...read, subtype: 'history-instance', profile: undefined }],
  ['history-type', { ...query, subtype: 'history-type', profile: undefined }],
  ['history-system', { ...query, subtype: 'history-system', profile: undefined }],
  ['capabilities', { ...query, subtype: 'capabilities', profile: undefined }],
  ['batch', { ...query, subtype: 'batch', profile: undefined, entity: 'data' }],
  ['transaction', { ...query, subtype: 'transaction', profile: undefined, entity: 'data' }],
  // What follows an accepted export: asking how far it is, fetching some lines of a file, ending it.
  ['export-status', { ...query, subtype: 'operation', profile: undefined }],
  ['export-file', { ...query, subtype: 'operation', profile: undefined }],
  ['export-delete', { ...query, subtype: 'operation', action: 'D', profile: undefined }],
  // Subscriptions to audit events, at a door of their own.
  ['subscription-create', { ...write, subtype: 'create', action: 'C', profile: undefined, entity: 'query' }],
  ['subscription-read', { ...query, subtype: 'operation', profile: undefined }],
  [
    'subscription-delete',
    { ...write, client: application, server: custodian, subtype: 'delete', action: 'D', profile: undefined, entity: 'query' },
  ],
  ['operation', { ...query, subtype: 'operation', profile: undefined }],
]);

/** A request that was not understood is recorded as a query without a subtype of its own. */
export function restfulPattern(action: string): RestfulPattern {
  return patterns.get(action) ?? { ...query, subtype: '', profile: undefined };
}

export function subtypeOf(pattern: RestfulPattern): Code | undefined {
  return pattern.subtype === '' ? undefined : { system: INTERACTION, code: pattern.subtype, display: pattern.subtype };
}

export function isConsentAct({ kind, action }: Pick<AuditRecord, 'kind' | 'action'>): boolean {
  return kind === 'administration' && (action === 'consent-kept' || action === 'consent-taken-back');
}
