/**
 * The same event in the form of FHIR R5 and of R6 (ballot), made of its R4 form (R5 auditevent-version-maps): what moved is moved; `entity.type`, `agent.name` and
 * `agent.media` have no place there any more. R4B is R4.
 */
import type { FhirVersion } from '../fhir/version.ts';
import type { JsonValue } from '../json/scan.ts';
import type { JsonObject } from './codes.ts';

const OUTCOME = 'http://terminology.hl7.org/CodeSystem/audit-event-outcome';

export function inVersion(event: JsonObject, version: FhirVersion): JsonObject {
  switch (version) {
    case 'R4':
    case 'R4B':
      return event;
    case 'R5': {
      const { type, subtype, ...rest } = event;
      const [first] = list(subtype);
      return later(rest, { category: [{ coding: [type!] }], code: { coding: [first ?? type!] } });
    }
    case 'R6': {
      const { type, subtype, ...rest } = event;
      const subtypes = list(subtype).map((one) => ({ coding: [one] }));
      return later(rest, { type: { coding: [type!] }, ...(subtypes.length === 0 ? {} : { subtype: subtypes }) });
    }
  }
}

function later(event: JsonObject, kind: JsonObject): JsonObject {
  const { resourceType, id, meta, outcome, outcomeDesc, purposeOfEvent, agent, source, entity, ...rest } = event;
  const profiles = meta === undefined ? {} : { meta: withoutProfile(meta as JsonObject) };
  const patient = list(entity).find((one) => (one['type'] as JsonObject | undefined)?.['code'] === '1');
  return given({
    resourceType: resourceType!,
    id,
    ...profiles,
    ...kind,
    ...rest,
    outcome:
      outcome === undefined
        ? undefined
        : given({
            code: { system: OUTCOME, code: outcome },
            detail: outcomeDesc === undefined ? undefined : [{ text: outcomeDesc }],
          }),
    authorization: purposeOfEvent,
    patient: patient?.['what'],
    agent: list(agent).map(agentOf),
    source: source === undefined ? undefined : sourceOf(source as JsonObject),
    entity: entity === undefined ? undefined : list(entity).map(entityOf),
  });
}

function agentOf({ network, purposeOfUse, altId: _alt, name: _name, media: _media, ...rest }: JsonObject): JsonObject {
  const { address, type } = (network ?? {}) as JsonObject;
  return given({
    ...rest,
    ...(address === undefined ? {} : type === '5' ? { networkUri: address } : { networkString: address }),
    authorization: purposeOfUse,
  });
}

function sourceOf({ site, type, ...rest }: JsonObject): JsonObject {
  return given({
    ...rest,
    site: site === undefined ? undefined : { display: site },
    type: type === undefined ? undefined : list(type).map((one) => ({ coding: [one] })),
  });
}

function entityOf({ what, role, securityLabel, query, detail }: JsonObject): JsonObject {
  return given({
    what,
    role: role === undefined ? undefined : { coding: [role] },
    securityLabel: securityLabel === undefined ? undefined : list(securityLabel).map((one) => ({ coding: [one] })),
    query,
    detail: detail === undefined ? undefined : list(detail).map(({ type, ...value }) => ({ type: { text: type! }, ...value })),
  });
}

/** BALP's profiles are R4's. */
function withoutProfile({ profile: _r4, ...meta }: JsonObject): JsonObject {
  return meta;
}

const list = (value: JsonValue | undefined): readonly JsonObject[] => (value ?? []) as unknown as readonly JsonObject[];

function given(members: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as JsonObject;
}
