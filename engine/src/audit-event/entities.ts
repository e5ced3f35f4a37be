/** AuditEvent.entity after IHE BALP: whose record, which resources or which query, and the id of the request. */
import { BALP_AGENT, BALP_ENTITY_TYPE, coding, ENTITY_TYPE, type JsonObject, OBJECT_ROLE, tokenUrn } from './codes.ts';
import type { AuditRecord } from './record.ts';

const SYSTEM_OBJECT = { system: ENTITY_TYPE, code: '2', display: 'System Object' };
const PERSON = { system: ENTITY_TYPE, code: '1', display: 'Person' };

export function requestEntity(requestId: string): JsonObject {
  return { what: { identifier: { value: requestId } }, type: coding({ system: BALP_ENTITY_TYPE, code: 'XrequestId' }) };
}

/** BALP AuthZconsent: the token by its public id. */
export function tokenEntity(id: string): JsonObject {
  const type = coding({ system: BALP_AGENT, code: 'UserOauthAgent' });
  return { what: { identifier: { value: tokenUrn(id) } }, type };
}

export function patientEntity(patient: string): JsonObject {
  return {
    // Of a further base it is absolute: an id alone would mean somebody else.
    what: { reference: patient.includes('/') ? patient : `Patient/${patient}` },
    type: coding(PERSON),
    role: coding({ system: OBJECT_ROLE, code: '1', display: 'Patient' }),
  };
}

/** One per resource, with its security labels and the elements that were taken out of it. */
export function dataEntities({ resources, labels, masked }: AuditRecord): readonly JsonObject[] {
  return resources.map((reference) => ({
    what: { reference },
    type: coding(SYSTEM_OBJECT),
    role: coding(isReport(reference) ? { system: OBJECT_ROLE, code: '3', display: 'Report' } : DOMAIN_RESOURCE),
    ...(labels?.[reference] === undefined ? {} : { securityLabel: labels[reference].map(labelOf) }),
    ...(masked.length === 0 ? {} : { detail: masked.map((path) => ({ type: 'withheld-element', valueString: path })) }),
  }));
}

function labelOf(text: string): JsonObject {
  const bar = text.lastIndexOf('|');
  return { system: text.slice(0, bar), code: text.slice(bar + 1) };
}

const DOMAIN_RESOURCE = { system: OBJECT_ROLE, code: '4', display: 'Domain Resource' };

function isReport(reference: string): boolean {
  return /(?:^|\/)(?:DiagnosticReport|MeasureReport|TestReport)\/[^/]+/.test(reference);
}

/** The request as it came; of what it found only the labels are told, together: what tells of restricted data is restricted. */
export function queryEntity(query: string, labels: AuditRecord['labels'] = {}): JsonObject {
  const found = [...new Set(Object.values(labels).flat())].map(labelOf);
  return {
    type: coding(SYSTEM_OBJECT),
    role: coding({ system: OBJECT_ROLE, code: '24', display: 'Query' }),
    ...(found.length === 0 ? {} : { securityLabel: found }),
    query,
  };
}
