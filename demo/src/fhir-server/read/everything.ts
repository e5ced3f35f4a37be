// FHIR R4 Patient/$everything: the patient, the compartment, and what those point at outside it; in pages.
import { type Answer, json, Refusal } from '../answer.ts';
import { type Parameter, queryText, type ServerRequest } from '../request.ts';
import { inPatientCompartment } from '../search/compartment.ts';
import { dateRange } from '../search/date-range.ts';
import { extracted, type Link } from '../search/extract.ts';
import { matching } from '../search/filter.ts';
import { DEFAULT_PAGE, LARGEST_PAGE } from '../search/query.ts';
import type { Service } from '../service.ts';
import type { Version } from '../storage/version.ts';
import { living } from '../write/writes.ts';
import { bundle } from './bundle.ts';

/** Parameters: `_type`, `_since`, `_count`, and `_after` (where the page before ended). */
export function everything(service: Service, request: ServerRequest, id: string): Answer {
  const patient = living(service, 'Patient', id);
  const value = (wanted: string) => request.parameters.find(([name]) => name === wanted)?.[1];
  const unknown = request.parameters.find(
    ([name]) => !['_type', '_since', '_count', '_after', '_format', '_pretty'].includes(name),
  );
  if (unknown !== undefined) throw new Refusal(400, 'not-supported', `unknown parameter "${unknown[0]}" of $everything`);
  const types = value('_type')?.split(',');
  const since = value('_since') === undefined ? -Infinity : dateRange(value('_since') ?? '').low;
  const count = Math.min(Number(value('_count') ?? DEFAULT_PAGE), LARGEST_PAGE);
  if (!Number.isInteger(count) || count < 1 || Number.isNaN(since))
    throw new Refusal(400, 'value', 'malformed parameter of $everything');
  const all = gather(service, patient)
    .filter(({ facts }) => (types === undefined || types.includes(facts.type)) && Date.parse(facts.lastUpdated) >= since)
    .sort((one, other) => rank(one, patient).localeCompare(rank(other, patient), 'en'));
  const after = value('_after');
  const rest = after === undefined ? all : all.filter((version) => rank(version, patient).localeCompare(after, 'en') > 0);
  const page = rest.slice(0, count);
  const last = page.at(-1);
  const kept: readonly Parameter[] = request.parameters.filter(([name]) => name !== '_after');
  const url = `${service.base}/Patient/${id}/$everything`;
  const link = (relation: 'self' | 'next', list: readonly Parameter[]) => ({
    relation,
    url: list.length === 0 ? url : `${url}?${queryText(list)}`,
  });
  const next =
    last !== undefined && rest.length > page.length ? [link('next', [...kept, ['_after', rank(last, patient)]])] : [];
  const head = {
    type: 'searchset',
    id: service.bundleId(),
    lastUpdated: service.now().toISOString(),
    total: all.length,
    links: [link('self', request.parameters), ...next],
  } as const;
  return json(
    200,
    bundle(
      head,
      page.map((version) => ({
        fullUrl: `${service.base}/${version.key}`,
        resource: version.bytes,
        more: { search: { mode: 'match' } },
      })),
    ),
  );
}

/** The patient first, then by type and id. */
const rank = (version: Version, patient: Version): string => `${version === patient ? '0' : '1'}/${version.key}`;

const OUTSIDE = new Set([
  'Practitioner',
  'PractitionerRole',
  'Organization',
  'Location',
  'Medication',
  'Device',
  'Binary',
  'HealthcareService',
]);

function gather(service: Service, patient: Version): readonly Version[] {
  const own = new Set([patient]);
  for (const type of service.definitions.patientCompartment.keys()) {
    if ((service.definitions.patientCompartment.get(type) ?? []).length === 0) continue;
    for (const version of matching(service, type, [inPatientCompartment(service, type, patient.facts.id)])) own.add(version);
  }
  const all = new Set(own);
  for (const version of own) {
    for (const parameter of service.definitions.parameters(version.facts.type).values()) {
      if (parameter.type !== 'reference') continue;
      for (const { target } of extracted(version, parameter, service.base) as readonly Link[]) {
        const [type = '', id = ''] = (target ?? '').split('/');
        const found = OUTSIDE.has(type) ? service.store.current(type, id) : undefined;
        if (found !== undefined) all.add(found);
      }
    }
  }
  return [...all];
}
