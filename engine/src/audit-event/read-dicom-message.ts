/** a DICOM AuditMessage (PS3.15 A.5.1; also with the attribute names of RFC 3881) as a FHIR R4 AuditEvent. What a message says is kept; nothing is added. */
import { coding, DCM, ENTITY_TYPE, type JsonObject, OBJECT_ROLE, SOURCE_TYPE } from './codes.ts';
import { readXml, type XmlElement } from './read-xml.ts';

/** Undefined: not an audit message. */
export function readDicomMessage(xml: string): JsonObject | undefined {
  const root = readXml(xml);
  const event = root?.name === 'AuditMessage' ? child(root, 'EventIdentification') : undefined;
  const type = event === undefined ? undefined : codeIn(child(event, 'EventID'));
  const recorded = event === undefined ? undefined : instant(event.attributes.get('EventDateTime'));
  if (root === undefined || event === undefined || type === undefined || recorded === undefined) return undefined;
  const agents = all(root, 'ActiveParticipant').map(agentOf);
  const source = child(root, 'AuditSourceIdentification');
  const description = child(event, 'EventOutcomeDescription')?.text;
  const purposes = all(event, 'PurposeOfUse').flatMap((one) => conceptIn(one) ?? []);
  const subtypes = all(event, 'EventTypeCode').flatMap((one) => codeIn(one) ?? []);
  const entities = all(root, 'ParticipantObjectIdentification').map(entityOf);
  return given({
    resourceType: 'AuditEvent',
    type,
    subtype: some(subtypes),
    action: oneOf(event.attributes.get('EventActionCode'), ['C', 'R', 'U', 'D', 'E']),
    recorded,
    outcome: oneOf(event.attributes.get('EventOutcomeIndicator'), ['0', '4', '8', '12']),
    outcomeDesc: description === '' ? undefined : description,
    purposeOfEvent: some(purposes),
    // FHIR wants one at least.
    agent: agents.length === 0 ? [{ who: { display: 'unknown' }, requestor: false }] : agents,
    source: sourceOf(source),
    entity: some(entities),
  });
}

function agentOf(one: XmlElement): JsonObject {
  const { attributes } = one;
  const roles = all(one, 'RoleIDCode').flatMap((role) => conceptIn(role) ?? []);
  const address = attributes.get('NetworkAccessPointID');
  return given({
    type: roles[0],
    role: some(roles.slice(1)),
    who: { identifier: { value: attributes.get('UserID') || 'unknown' } },
    altId: attributes.get('AlternativeUserID') || undefined,
    name: attributes.get('UserName') || undefined,
    requestor: attributes.get('UserIsRequestor') !== 'false',
    network:
      address === undefined
        ? undefined
        : given({ address, type: oneOf(attributes.get('NetworkAccessPointTypeCode'), ['1', '2', '3', '4', '5']) }),
  });
}

function sourceOf(one: XmlElement | undefined): JsonObject {
  const types = one === undefined ? [] : all(one, 'AuditSourceTypeCode').flatMap((each) => codeIn(each, SOURCE_TYPE) ?? []);
  return given({
    site: one?.attributes.get('AuditEnterpriseSiteID') || undefined,
    observer: { identifier: { value: one?.attributes.get('AuditSourceID') || 'unknown' } },
    type: some(types),
  });
}

function entityOf(one: XmlElement): JsonObject {
  const { attributes } = one;
  const type = attributes.get('ParticipantObjectTypeCode');
  const role = attributes.get('ParticipantObjectTypeCodeRole');
  const life = attributes.get('ParticipantObjectDataLifeCycle');
  const query = child(one, 'ParticipantObjectQuery')?.text;
  const name = child(one, 'ParticipantObjectName')?.text;
  const kind = child(one, 'ParticipantObjectIDTypeCode');
  const details = all(one, 'ParticipantObjectDetail').map((each) =>
    given({
      type: each.attributes.get('type') ?? 'detail',
      valueBase64Binary: base64Of(each.attributes.get('value') ?? each.text),
    }),
  );
  return given({
    what: whatOf(attributes.get('ParticipantObjectID') || 'unknown', kind),
    type: type === undefined ? undefined : coding({ system: ENTITY_TYPE, code: type }),
    role: role === undefined ? undefined : coding({ system: OBJECT_ROLE, code: role }),
    lifecycle:
      life === undefined
        ? undefined
        : coding({ system: 'http://terminology.hl7.org/CodeSystem/dicom-audit-lifecycle', code: life }),
    // One of the two, never both.
    ...(query !== undefined && query !== '' ? { query: base64Of(query) } : name === undefined || name === '' ? {} : { name }),
    description: child(one, 'ParticipantObjectDescription')?.text || undefined,
    detail: some(details),
  });
}

/** An id that is a FHIR reference (as we send it) is one again. */
function whatOf(id: string, kind: XmlElement | undefined): JsonObject {
  if (/^[A-Z][A-Za-z]{1,63}\/[A-Za-z0-9.-]{1,64}$/.test(id)) return { reference: id };
  return { identifier: given({ value: id, type: kind === undefined ? undefined : conceptIn(kind) }) };
}

/** `csd-code` in DICOM, `code` in RFC 3881. */
function codeIn(one: XmlElement | undefined, system?: string): JsonObject | undefined {
  const code = one?.attributes.get('csd-code') ?? one?.attributes.get('code');
  if (one === undefined || code === undefined) return undefined;
  const name = one.attributes.get('codeSystemName') ?? one.attributes.get('codeSystem');
  const display = one.attributes.get('originalText') ?? one.attributes.get('displayName');
  const named =
    name === undefined || name === '' ? system : name === 'DCM' && system === undefined ? DCM : (system ?? uri(name));
  return given({ system: named, code, display: display === '' ? undefined : display });
}

/** A system is a URI in FHIR; the names of ATNA ("IHE Transactions") become one. */
function uri(name: string): string {
  if (/^[a-z][a-z0-9+.-]*:/i.test(name)) return name;
  return /^\d+(\.\d+)+$/.test(name) ? `urn:oid:${name}` : `urn:fireguard:code-system:${encodeURIComponent(name)}`;
}

function conceptIn(one: XmlElement): JsonObject | undefined {
  const code = codeIn(one);
  return code === undefined ? undefined : { coding: [code] };
}

/** xs:dateTime, which may have more digits and no zone, as a FHIR instant. */
function instant(value: string | undefined): string | undefined {
  const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d{1,9})?\d*(Z|[+-]\d{2}:\d{2})?$/.exec(value ?? '');
  if (match === null) return undefined;
  const whole = `${match[1]}${match[2] ?? ''}${match[3] ?? 'Z'}`;
  return Number.isNaN(Date.parse(whole)) ? undefined : whole;
}

/** Not everybody encodes what the schema wants encoded; what is no base64 is left out of a binary. */
function base64Of(value: string): string | undefined {
  const packed = value.replace(/\s+/g, '');
  return packed.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(packed) && packed !== '' ? packed : undefined;
}

const child = (one: XmlElement, name: string): XmlElement | undefined => one.children.find((each) => each.name === name);
const all = (one: XmlElement, name: string): readonly XmlElement[] => one.children.filter((each) => each.name === name);
const some = <Item>(items: readonly Item[]): readonly Item[] | undefined => (items.length === 0 ? undefined : items);
const oneOf = (value: string | undefined, known: readonly string[]): string | undefined =>
  value !== undefined && known.includes(value) ? value : undefined;

function given(members: Readonly<Record<string, unknown>>): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as JsonObject;
}
