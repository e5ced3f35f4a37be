/**
 * One audit record → FHIR R4 AuditEvents after IHE BALP. A profile is claimed only where the event meets all of it, and only for success:
 * BALP's profiles fix the outcome to 0. Ids come from the record, so that rendering twice gives the same events.
 */

import type { FhirVersion } from '../fhir/version.ts';
import { activityPattern, clientRole, userRole } from './activity-patterns.ts';
import {
  authorizerAgent,
  clientAgent,
  organizationAgent,
  recipientAgent,
  serverAgent,
  tokenAgent,
  userAgent,
} from './agents.ts';
import {
  BALP_AUTHZ,
  CONFIDENTIALITY,
  type Code,
  coding,
  concept,
  DCM,
  EVENT_TYPE,
  type JsonObject,
  LIFECYCLE,
  RESOURCE_TYPES,
  SOURCE_TYPE,
} from './codes.ts';
import { dataEntities, patientEntity, queryEntity, requestEntity, tokenEntity } from './entities.ts';
import { type EventPlan, eventPlan } from './event-ids.ts';
import { inVersion } from './later-versions.ts';
import type { AuditOutcome, AuditRecord } from './record.ts';
import { isConsentAct, type RestfulPattern, restfulPattern, subtypeOf } from './restful-patterns.ts';

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
  return eventPlan(record)
    .map((plan) => eventOf(record, plan, site, version))
    .filter((event) => event !== undefined);
}

/** The one with this id, and the patient whom it is about. Undefined: the record stands for no such event. */
export function auditEvent(
  record: AuditRecord,
  id: string,
  site: AuditSite,
  version: FhirVersion = 'R4',
): { readonly event: JsonObject; readonly patient: string | undefined } | undefined {
  const plan = eventPlan(record).find((one) => one.id === id);
  const event = plan === undefined ? undefined : eventOf(record, plan, site, version);
  return event === undefined ? undefined : { event, patient: plan?.patient };
}

function eventOf(record: AuditRecord, plan: EventPlan, site: AuditSite, version: FhirVersion): JsonObject | undefined {
  if (record.kind === 'received') return receivedEvent(record, plan.id, version);
  const event: JsonObject = { resourceType: 'AuditEvent', id: plan.id, ...made(record, plan, site) };
  return Object.freeze(inVersion({ ...event, meta: stored(record, event['meta'] as JsonObject) }, version));
}

function made(kept: AuditRecord, { form, patient }: EventPlan, site: AuditSite): JsonObject {
  const record = withoutEmptyAddress(kept);
  if (form === 'decision' && patient !== undefined) return decisionEvent(record, patient, site);
  if (form === 'disclosure' && patient !== undefined) return disclosureEvent(record, patient, site);
  const kind = record.intends ?? record.kind;
  // a consent kept by administration is written like one at the FHIR base.
  return kind === 'request' || kind === 'intent' || isConsentAct(record)
    ? restfulEvent(record, restfulPattern(record.action), patient, site)
    : activityEvent(record, kind as Parameters<typeof activityPattern>[0], patient, site);
}

/** Kept records may hold an empty one; FHIR R4 §Datatypes: no string is empty. */
function withoutEmptyAddress(record: AuditRecord): AuditRecord {
  const { address, ...rest } = record;
  return address === '' ? rest : record;
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
  // Stacked with BALP's token use: the same agents in its roles as well, where they may be.
  const user = userAgent(record, pattern.user, ...(pattern.user.code === recipient.code ? [] : [recipient]));
  const token = user === undefined ? tokenAgent(record) : undefined;
  const about =
    pattern.entity === 'data'
      ? dataEntities(record)
      : record.query === undefined
        ? []
        : [queryEntity(record.query, record.labels)];
  return {
    meta: metaOf(...profilesOf(record, pattern, patient, about.length)),
    type: coding({ system: EVENT_TYPE, code: 'rest', display: 'Restful Operation' }),
    ...(subtype === undefined ? {} : { subtype: [coding(subtype)] }),
    action: pattern.action,
    ...when(record),
    agent: [
      clientAgent(record, pattern.client, ...(pattern.client.code === clientRole.code ? [] : [clientRole])),
      serverAgent(pattern.server, record.base ?? site.base, site.observer, record.rules),
      ...(user === undefined ? [] : [user]),
      ...(token === undefined ? [] : [token]),
    ],
    source: sourceOf(site, '4', 'Application Server'),
    entity: [requestEntity(record.requestId), ...about, ...(patient === undefined ? [] : [patientEntity(patient)])],
  };
}

/** BALP wants exactly one data or query entity and the client's address. Of its token patterns the fuller one that is met is claimed as well. */
function profilesOf(
  record: AuditRecord,
  pattern: RestfulPattern,
  patient: string | undefined,
  entities: number,
): readonly string[] {
  const { kind, outcome, caller, address } = record;
  const met = (kind === 'request' || isConsentAct(record)) && outcome === 'permit' && entities === 1 && address !== undefined;
  if (pattern.profile === undefined || !met) return [];
  const restful = patient === undefined ? pattern.profile : `Patient${pattern.profile}`;
  const use = caller?.token === undefined ? [] : [caller.user === undefined ? 'Minimal' : 'Comprehensive'];
  return [restful, ...use.map((form) => `OAUTHaccessTokenUse.${form}`)];
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
    meta: metaOf(),
    type: coding(pattern.type),
    ...(pattern.subtypes.length === 0 ? {} : { subtype: pattern.subtypes.map(coding) }),
    action: pattern.action,
    ...when(record),
    agent: [
      ...(called ? [clientAgent(record, clientRole)] : []),
      serverAgent(pattern.server, record.base ?? site.base, site.observer, record.rules),
      ...(user === undefined ? [] : [user]),
    ],
    source: sourceOf(site, '6', 'Security Server'),
    entity: [
      requestEntity(record.requestId),
      ...dataEntities(record),
      ...(record.query === undefined ? [] : [queryEntity(record.query, record.labels)]),
      ...(patient === undefined ? [] : [patientEntity(patient)]),
    ],
  };
}

/** BALP AuthZconsent: a consent decided. It is claimed where person and app are known; its slices are closed, so nothing else stands in it. */
function decisionEvent(record: AuditRecord, patient: string, site: AuditSite): JsonObject {
  const { caller, address, consents = [] } = record;
  const user = userAgent(record, recipient);
  const { role: _role, purposeOfUse: _purposes, ...client } = clientAgent(record, clientRole);
  const met = user !== undefined && address !== undefined;
  return {
    meta: metaOf(...(met ? ['AuthZconsent'] : [])),
    type: coding({ system: DCM, code: '110113', display: 'Security Alert' }),
    subtype: [coding({ system: BALP_AUTHZ, code: 'AuthZ-Consent' })],
    action: 'E',
    ...when(record),
    ...purposesOf(caller),
    agent: [
      client,
      ...(user === undefined ? [] : [user]),
      organizationAgent(site.site, caller),
      authorizerAgent(site.observer),
    ],
    source: sourceOf(site, '6', 'Security Server'),
    entity: [
      patientEntity(patient),
      ...consents.map((reference) => ({
        what: { reference },
        type: coding({ system: RESOURCE_TYPES, code: 'Consent' }),
      })),
      ...(caller?.token === undefined ? [] : [tokenEntity(caller.token.id)]),
    ],
  };
}

/** BALP PrivacyDisclosure.Source: what the accounting of disclosures is made of. */
function disclosureEvent(record: AuditRecord, patient: string, site: AuditSite): JsonObject {
  const { caller, address, action } = record;
  const source: Code = { system: DCM, code: '110153', display: 'Source Role ID' };
  const pattern = subtypeOf(restfulPattern(action));
  const sets = dataEntities(record);
  return {
    meta: metaOf(...(address === undefined ? [] : ['PrivacyDisclosure.Source'])),
    type: coding({ system: DCM, code: '110106', display: 'Export' }),
    subtype: [coding({ system: LIFECYCLE, code: 'disclose' }), ...(pattern === undefined ? [] : [coding(pattern)])],
    action: 'R',
    ...when(record),
    ...purposesOf(caller),
    agent: [
      serverAgent(source, site.base, site.observer, record.rules),
      recipientAgent(record, { system: DCM, code: '110152', display: 'Destination Role ID' }),
    ],
    source: sourceOf(site, '4', 'Application Server'),
    // Only what is theirs may stand in an event about one of several: which of the resources that is, the record does not say.
    entity: [requestEntity(record.requestId), patientEntity(patient), ...(new Set(record.patients).size === 1 ? sets : [])],
  };
}

function purposesOf(caller: AuditRecord['caller']): JsonObject {
  return caller === undefined || caller.purposes.length === 0 ? {} : { purposeOfEvent: caller.purposes.map(concept) };
}

const restricted: Code = { system: CONFIDENTIALITY, code: 'R', display: 'restricted' };
const recipient = userRole;

/** Who looked at what is as sensitive as what was looked at. `profiles`: BALP's, by the end of their names. */
function metaOf(...profiles: readonly string[]): JsonObject {
  const claimed = profiles.map((name) => `https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.${name}`);
  return { ...(claimed.length === 0 ? {} : { profile: claimed }), security: [coding(restricted)] };
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
function outcomeDescription({ kind, intends, outcome, action, reason, masked, withheld }: AuditRecord): string {
  return [
    kind === 'intent' || outcome === 'unknown'
      ? `Outcome unknown: ${action} was about to be ${intends === undefined ? 'sent' : 'done'}.`
      : '',
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
