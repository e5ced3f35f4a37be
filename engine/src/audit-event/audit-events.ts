/**
 * One audit record → FHIR R4 AuditEvents after IHE BALP. A profile is claimed only where the event meets all of it, and only for success:
 * BALP's profiles fix the outcome to 0. Ids come from the record, so that rendering twice gives the same events.
 */

import type { FhirVersion } from '../fhir/version.ts';
import { activityPattern, clientRole, userRole } from './activity-patterns.ts';
import { clientAgent, serverAgent, userAgent } from './agents.ts';
import { CONFIDENTIALITY, type Code, coding, EVENT_TYPE, type JsonObject, SOURCE_TYPE } from './codes.ts';
import { dataEntities, patientEntity, queryEntity, requestEntity } from './entities.ts';
import { eventIds } from './event-ids.ts';
import { inVersion } from './later-versions.ts';
import type { AuditOutcome, AuditRecord } from './record.ts';
import { type RestfulPattern, restfulPattern, subtypeOf } from './restful-patterns.ts';

export interface AuditSite {
  /** Who observed: this node's name. */
  readonly observer: string;
  /** The site in which it stands. */
  readonly site: string;
  /** Our FHIR base, absolute, no trailing slash. */
  readonly base: string;
}

/** one per patient where there are several; one in all where there is none. */
export function auditEvents(record: AuditRecord, site: AuditSite, version: FhirVersion = 'R4'): readonly JsonObject[] {
  const patients = [...new Set(record.patients)];
  return eventIds(record)
    .map((id, index) => eventOf(record, id, patients[index], site, version))
    .filter((event) => event !== undefined);
}

/** One of them: number `place` of several, from 1, or 0 for the only one. Undefined: there is no such event. */
export function auditEvent(
  record: AuditRecord,
  place: number,
  site: AuditSite,
  version: FhirVersion = 'R4',
): JsonObject | undefined {
  const ids = eventIds(record);
  const index = ids.length === 1 ? (place === 0 ? 0 : -1) : place - 1;
  const id = ids[index];
  return id === undefined ? undefined : eventOf(record, id, [...new Set(record.patients)][index], site, version);
}

function eventOf(
  record: AuditRecord,
  id: string,
  patient: string | undefined,
  site: AuditSite,
  version: FhirVersion,
): JsonObject | undefined {
  if (record.kind === 'received') return receivedEvent(record, id, version);
  const event: JsonObject = {
    resourceType: 'AuditEvent',
    id,
    ...(record.kind === 'request' || record.kind === 'intent'
      ? restfulEvent(record, restfulPattern(record.action), patient, site)
      : activityEvent(record, record.kind, patient, site)),
  };
  return Object.freeze(inVersion({ ...event, meta: stored(record, event['meta'] as JsonObject) }, version));
}

/** As it came (IHE ITI-20: a repository does not alter what it is sent), but for what a server says itself. In another version than ours it cannot be told. */
function receivedEvent(record: AuditRecord, id: string, version: FhirVersion): JsonObject | undefined {
  const { received } = record;
  if (received === undefined) return undefined;
  const { id: _theirs, meta, ...event } = received.event;
  const whole = { resourceType: 'AuditEvent', id, meta: stored(record, (meta ?? {}) as JsonObject), ...event };
  if (received.version === version || (form(received.version) === 'R4' && form(version) === 'R4')) return Object.freeze(whole);
  return form(received.version) === 'R4' ? Object.freeze(inVersion(whole, version)) : undefined;
}

const form = (version: FhirVersion): FhirVersion => (version === 'R4B' ? 'R4' : version);

/** Never changed, so always its first version. */
function stored({ recorded }: AuditRecord, meta: JsonObject): JsonObject {
  return { ...meta, versionId: '1', lastUpdated: new Date(recorded).toISOString() };
}

function restfulEvent(record: AuditRecord, pattern: RestfulPattern, patient: string | undefined, site: AuditSite): JsonObject {
  const subtype = subtypeOf(pattern);
  const user = userAgent(record, pattern.user);
  const about =
    pattern.entity === 'data' ? dataEntities(record) : record.query === undefined ? [] : [queryEntity(record.query)];
  return {
    meta: metaOf(profileOf(record, pattern, patient, about.length)),
    type: coding({ system: EVENT_TYPE, code: 'rest', display: 'Restful Operation' }),
    ...(subtype === undefined ? {} : { subtype: [coding(subtype)] }),
    action: pattern.action,
    ...when(record),
    agent: [
      clientAgent(record, pattern.client),
      serverAgent(pattern.server, site.base, site.observer),
      ...(user === undefined ? [] : [user]),
    ],
    source: sourceOf(site, '4', 'Application Server'),
    entity: [requestEntity(record.requestId), ...about, ...(patient === undefined ? [] : [patientEntity(patient)])],
  };
}

/** BALP wants exactly one data or query entity and the client's address. */
function profileOf(
  record: AuditRecord,
  pattern: RestfulPattern,
  patient: string | undefined,
  entities: number,
): string | undefined {
  const met = record.kind === 'request' && record.outcome === 'permit' && entities === 1 && record.address !== undefined;
  if (pattern.profile === undefined || !met) return undefined;
  const name = patient === undefined ? pattern.profile : `Patient${pattern.profile}`;
  return `https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.${name}`;
}

function activityEvent(
  record: AuditRecord,
  kind: Parameters<typeof activityPattern>[0],
  patient: string | undefined,
  site: AuditSite,
): JsonObject {
  const pattern = activityPattern(kind, record.action);
  const user = userAgent(record, userRole);
  const called = record.caller !== undefined || record.address !== undefined;
  return {
    meta: metaOf(undefined),
    type: coding(pattern.type),
    ...(pattern.subtypes.length === 0 ? {} : { subtype: pattern.subtypes.map(coding) }),
    action: pattern.action,
    ...when(record),
    agent: [
      ...(called ? [clientAgent(record, clientRole)] : []),
      serverAgent(pattern.server, site.base, site.observer),
      ...(user === undefined ? [] : [user]),
    ],
    source: sourceOf(site, '6', 'Security Server'),
    entity: [
      requestEntity(record.requestId),
      ...dataEntities(record),
      ...(record.query === undefined ? [] : [queryEntity(record.query)]),
      ...(patient === undefined ? [] : [patientEntity(patient)]),
    ],
  };
}

const restricted: Code = { system: CONFIDENTIALITY, code: 'R', display: 'restricted' };

/** Who looked at what is as sensitive as what was looked at. */
function metaOf(profile: string | undefined): JsonObject {
  return { ...(profile === undefined ? {} : { profile: [profile] }), security: [coding(restricted)] };
}

function when(record: AuditRecord): JsonObject {
  const words = outcomeDescription(record);
  return {
    recorded: new Date(record.recorded).toISOString(),
    outcome: outcomeCodes[record.outcome],
    ...(words === '' ? {} : { outcomeDesc: words }),
  };
}

/** http://terminology.hl7.org/CodeSystem/audit-event-outcome: 0 success, 4 minor failure, 8 serious failure. */
const outcomeCodes = { permit: '0', deny: '8', failure: '4', unknown: '4' } as const satisfies Record<AuditOutcome, string>;

/** the reason, and what was withheld. A search lists it here, since BALP's query entity has no room for it. */
function outcomeDescription({ kind, outcome, action, reason, masked, withheld }: AuditRecord): string {
  return [
    kind === 'intent' || outcome === 'unknown' ? `Outcome unknown: ${action} was about to be sent.` : '',
    reason ?? '',
    masked.length === 0 ? '' : `Elements withheld: ${masked.join(', ')}.`,
    withheld === 0 ? '' : `Resources withheld: ${withheld}.`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

function sourceOf({ site, observer }: AuditSite, code: string, display: string): JsonObject {
  return { site, observer: { display: observer }, type: [coding({ system: SOURCE_TYPE, code, display })] };
}
