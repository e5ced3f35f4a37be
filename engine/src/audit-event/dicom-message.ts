/** A FHIR R4 AuditEvent as a DICOM AuditMessage (PS3.15 A.5.1; the mapping of FHIR's own `dicom` column): what ATNA repositories take over syslog. */
import type { JsonValue } from '../json/scan.ts';
import { base64 } from './base64.ts';
import type { JsonObject } from './codes.ts';

export function dicomMessage(event: JsonObject): string {
  const { type, subtype, action, recorded, outcome, outcomeDesc, purposeOfEvent, agent, source, entity } = event;
  const attributes = [
    ['EventActionCode', action],
    ['EventDateTime', recorded],
    ['EventOutcomeIndicator', outcome ?? '0'],
  ] as const;
  const identification = element('EventIdentification', attributes, [
    coded('EventID', type as JsonObject | undefined),
    ...list(subtype).map((one) => coded('EventTypeCode', one)),
    outcomeDesc === undefined ? '' : element('EventOutcomeDescription', [], [escaped(text(outcomeDesc))]),
    ...list(purposeOfEvent).map((one) => coded('PurposeOfUse', first(one))),
  ]);
  return element(
    'AuditMessage',
    [],
    [
      identification,
      ...list(agent)
        .filter((one) => one['who'] !== undefined)
        .map(participant),
      sourceOf((source ?? {}) as JsonObject),
      ...list(entity).map(object),
    ],
  );
}

function participant(agent: JsonObject): string {
  const { type, role, who, altId, name, requestor, network, policy } = agent;
  const { address, type: kind } = (network ?? {}) as JsonObject;
  return element(
    'ActiveParticipant',
    [
      ['UserID', identity(who as JsonObject)],
      ['AlternativeUserID', altId ?? (policy as readonly JsonValue[] | undefined)?.[0]],
      ['UserName', name],
      ['UserIsRequestor', requestor ?? false],
      ['NetworkAccessPointID', address],
      ['NetworkAccessPointTypeCode', kind],
    ],
    [
      ...list((type as JsonObject | undefined)?.['coding']).map((one) => coded('RoleIDCode', one)),
      ...list(role).flatMap((one) => (first(one) === undefined ? [] : [coded('RoleIDCode', first(one))])),
    ],
  );
}

function sourceOf({ site, observer, type }: JsonObject): string {
  return element(
    'AuditSourceIdentification',
    [
      ['AuditEnterpriseSiteID', site],
      ['AuditSourceID', identity((observer ?? {}) as JsonObject)],
    ],
    list(type).map((one) => coded('AuditSourceTypeCode', one)),
  );
}

/** DICOM wants an id of every object; a query has none of its own. */
function object(entity: JsonObject): string {
  const { what, type, role, lifecycle, name, query, detail, description } = entity;
  const code = (one: JsonValue | undefined): JsonValue | undefined => (one as JsonObject | undefined)?.['code'];
  const kind = code(type);
  const isNumber = typeof kind === 'string' && /^[1-4]$/.test(kind);
  return element(
    'ParticipantObjectIdentification',
    [
      ['ParticipantObjectID', what === undefined ? 'query' : identity(what as JsonObject)],
      ['ParticipantObjectTypeCode', isNumber ? kind : '4'],
      ['ParticipantObjectTypeCodeRole', code(role)],
      ['ParticipantObjectDataLifeCycle', code(lifecycle)],
    ],
    [
      coded(
        'ParticipantObjectIDTypeCode',
        isNumber ? { system: 'RFC-3881', code: kind === '1' ? '2' : '12' } : (type as JsonObject | undefined),
      ),
      // One of the two, never both.
      query !== undefined
        ? element('ParticipantObjectQuery', [], [escaped(text(query))])
        : element('ParticipantObjectName', [], [escaped(text(name ?? ''))]),
      ...list(detail).map((one) =>
        element(
          'ParticipantObjectDetail',
          [
            ['type', one['type']],
            ['value', one['valueBase64Binary'] ?? base64(text(one['valueString'] ?? ''))],
          ],
          [],
        ),
      ),
      description === undefined ? '' : element('ParticipantObjectDescription', [], [escaped(text(description))]),
    ],
  );
}

function identity({ reference, identifier, display }: JsonObject): string {
  const { value } = (identifier ?? {}) as JsonObject;
  return text(reference ?? value ?? display ?? 'unknown');
}

function coded(tag: string, coding: JsonObject | undefined): string {
  if (coding === undefined) return '';
  const { system, code, display } = coding;
  return element(
    tag,
    [
      ['csd-code', code],
      ['codeSystemName', nameOfSystem(text(system ?? ''))],
      ['originalText', display ?? code],
    ],
    [],
  );
}

const nameOfSystem = (system: string): string => (system === 'http://dicom.nema.org/resources/ontology/DCM' ? 'DCM' : system);

function element(
  tag: string,
  attributes: readonly (readonly [string, JsonValue | undefined])[],
  children: readonly string[],
): string {
  const words = attributes
    .flatMap(([name, value]) => (value === undefined ? [] : [` ${name}="${escaped(text(value))}"`]))
    .join('');
  const inside = children.join('');
  return inside === '' ? `<${tag}${words}/>` : `<${tag}${words}>${inside}</${tag}>`;
}

/** What XML 1.0 cannot hold at all is replaced. */
function escaped(value: string): string {
  return value
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replace(/[\t\n\r]/g, (one) => `&#${one.codePointAt(0)};`);
}

const text = (value: JsonValue): string => String(value);
const list = (value: JsonValue | undefined): readonly JsonObject[] => (value ?? []) as unknown as readonly JsonObject[];
const first = (concept: JsonObject | undefined): JsonObject | undefined => list(concept?.['coding'])[0];
