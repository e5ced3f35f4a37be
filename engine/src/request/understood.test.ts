/** Targets that are understood, and the one form that each has: a line each, so that they can be read and added to. */
import { expect, test } from 'vitest';
import { r4 } from '../fhir/r4.ts';
import { canonicalTarget } from './canonical.ts';
import type { FhirRequest } from './request.ts';
import { understand } from './understand.ts';

const understood: readonly (readonly [request: string, interaction: string, canonical: string])[] = [
  // Instance
  ['GET /Patient/1', 'read', '/Patient/1'],
  ['HEAD /Patient/1', 'read', '/Patient/1'],
  ['OPTIONS /Patient/1', 'read', '/Patient/1'],
  ['GET /Patient/a-b.C9', 'read', '/Patient/a-b.C9'],
  ['GET /Patient/a%2Db', 'read', '/Patient/a-b'],
  ['GET /P%61tient/%31', 'read', '/Patient/1'],
  ['GET /Binary/x', 'read', '/Binary/x'],
  ['GET /Patient/1?', 'read', '/Patient/1'],
  ['GET /Patient/1?_format=json', 'read', '/Patient/1'],
  ['GET /Patient/1?_format=application/fhir+json', 'read', '/Patient/1'],
  ['GET /Patient/1?_format=application%2Ffhir%2Bjson', 'read', '/Patient/1'],
  ['GET /Patient/1?_format=xml', 'read', '/Patient/1?_format=xml'],
  ['GET /Patient/1?_pretty=true', 'read', '/Patient/1?_pretty=true'],
  ['GET /Patient/1?_pretty=false', 'read', '/Patient/1'],
  ['GET /Patient/1?_summary=true', 'read', '/Patient/1?_summary=true'],
  ['GET /Patient/1?_elements=name,birthDate', 'read', '/Patient/1?_elements=name,birthDate'],
  ['GET /Patient/1?_elements=deceased', 'read', '/Patient/1?_elements=deceasedBoolean,deceasedDateTime'],
  ['GET /Patient/1/_history/2', 'vread', '/Patient/1/_history/2'],
  ['HEAD /Patient/1/_history/2', 'vread', '/Patient/1/_history/2'],
  ['DELETE /Patient/1', 'delete', '/Patient/1'],
  // History
  ['GET /Patient/1/_history', 'history-instance', '/Patient/1/_history'],
  ['GET /Patient/_history?_count=5', 'history-type', '/Patient/_history?_count=5'],
  ['GET /_history?_since=2024-02-29T12:00:00Z', 'history-system', '/_history?_since=2024-02-29T12:00:00Z'],
  ['GET /_history?_at=2024', 'history-system', '/_history?_at=2024'],
  ['GET /_history?_since=2024-02-29T12:00:00%2B01:00', 'history-system', '/_history?_since=2024-02-29T12:00:00%2B01:00'],
  // Capabilities
  ['GET /metadata', 'capabilities', '/metadata'],
  ['GET /metadata?mode=full&_format=json', 'capabilities', '/metadata'],
  ['OPTIONS /metadata', 'capabilities', '/metadata'],
  // Operations
  ['GET /$versions', 'operation', '/$versions'],
  ['GET /%24versions', 'operation', '/$versions'],
  ['POST /$reindex', 'operation', '/$reindex'],
  ['GET /ValueSet/$expand?url=http://x&filter=a', 'operation', '/ValueSet/$expand?url=http://x&filter=a'],
  ['GET /Patient/1/$everything?_type=Observation,Condition', 'operation', '/Patient/1/$everything?_type=Observation,Condition'],
  ['GET /Patient/1/$everything?__proto__=x', 'operation', '/Patient/1/$everything?__proto__=x'],
  ['POST /Patient/$match', 'operation', '/Patient/$match'],
  // Type searches
  ['GET /Patient', 'search', '/Patient'],
  ['HEAD /Patient?name=a', 'search', '/Patient?name=a'],
  ['GET /Patient?', 'search', '/Patient'],
  ['GET /Patient?name=Ada%20L', 'search', '/Patient?name=Ada%20L'],
  ['GET /Patient?name=Ada+L', 'search', '/Patient?name=Ada%20L'],
  ['GET /Patient?n%61me=Ada', 'search', '/Patient?name=Ada'],
  ['GET /Patient?name=%C3%84da', 'search', '/Patient?name=%C3%84da'],
  ['GET /Patient?name=%2541', 'search', '/Patient?name=%2541'],
  ['GET /Patient?&name=a&', 'search', '/Patient?name=a'],
  ['GET /Patient?name=a&name=b', 'search', '/Patient?name=a&name=b'],
  ['GET /Patient?name=a,b', 'search', '/Patient?name=a,b'],
  ['GET /Patient?name=a%2Cb', 'search', '/Patient?name=a,b'],
  ['GET /Patient?name=a%5C,b', 'search', '/Patient?name=a%5C,b'],
  ['GET /Patient?name=a\\,b', 'search', '/Patient?name=a%5C,b'],
  ['GET /Patient?name=a\\\\', 'search', '/Patient?name=a%5C%5C'],
  ['GET /Patient?name=a\\|b\\$c', 'search', '/Patient?name=a%7Cb$c'],
  ['GET /Patient?name=a=b', 'search', '/Patient?name=a%3Db'],
  ['GET /Patient?name=a;b', 'search', '/Patient?name=a%3Bb'],
  ['GET /Patient?name=a%26_id=1', 'search', '/Patient?name=a%26_id%3D1'],
  ['GET /Patient?name:exact=Ada', 'search', '/Patient?name:exact=Ada'],
  ['GET /Patient?name:contains=Ada', 'search', '/Patient?name:contains=Ada'],
  ['GET /Patient?name%3Aexact=Ada', 'search', '/Patient?name:exact=Ada'],
  ['GET /Patient?birthdate=ge1970-01-01&birthdate=lt1980', 'search', '/Patient?birthdate=ge1970-01-01&birthdate=lt1980'],
  ['GET /Patient?birthdate:missing=true', 'search', '/Patient?birthdate:missing=true'],
  ['GET /Patient?identifier=http://mrn|1', 'search', '/Patient?identifier=http://mrn%7C1'],
  ['GET /Patient?identifier=http://mrn%7C1', 'search', '/Patient?identifier=http://mrn%7C1'],
  ['GET /Patient?identifier=|1', 'search', '/Patient?identifier=%7C1'],
  ['GET /Patient?identifier=http://mrn|', 'search', '/Patient?identifier=http://mrn%7C'],
  ['GET /Patient?identifier=http://mrn|1\\|2', 'search', '/Patient?identifier=http://mrn%7C1%5C%7C2'],
  ['GET /Patient?identifier:of-type=http://s|MR|1', 'search', '/Patient?identifier:of-type=http://s%7CMR%7C1'],
  ['GET /Patient?gender:not=male', 'search', '/Patient?gender:not=male'],
  ['GET /Patient?deceased=false', 'search', '/Patient?deceased=false'],
  ['GET /Patient?_id=1,2', 'search', '/Patient?_id=1,2'],
  ['GET /Patient?_lastUpdated=gt2024-01-01T10:00Z', 'search', '/Patient?_lastUpdated=gt2024-01-01T10:00Z'],
  ['GET /Patient?_security:not=http://c|R', 'search', '/Patient?_security:not=http://c%7CR'],
  ['GET /Patient?general-practitioner=Practitioner/1', 'search', '/Patient?general-practitioner=Practitioner/1'],
  ['GET /Patient?general-practitioner:Practitioner=1', 'search', '/Patient?general-practitioner:Practitioner=1'],
  [
    'GET /Patient?general-practitioner=http://a.example/fhir/Practitioner/1',
    'search',
    '/Patient?general-practitioner=http://a.example/fhir/Practitioner/1',
  ],
  [
    'GET /Patient?general-practitioner:identifier=http://npi|1',
    'search',
    '/Patient?general-practitioner:identifier=http://npi%7C1',
  ],
  [
    'GET /Patient?general-practitioner=Practitioner/1/_history/2',
    'search',
    '/Patient?general-practitioner=Practitioner/1/_history/2',
  ],
  ['GET /ValueSet?url=http://x|1', 'search', '/ValueSet?url=http://x%7C1'],
  ['GET /ValueSet?url:below=http://x', 'search', '/ValueSet?url:below=http://x'],
  ['GET /Observation?code:in=http://vs', 'search', '/Observation?code:in=http://vs'],
  ['GET /Observation?value-quantity=gt5.40|http://u|mg', 'search', '/Observation?value-quantity=gt5.40%7Chttp://u%7Cmg'],
  ['GET /Observation?value-quantity=5||mg', 'search', '/Observation?value-quantity=5%7C%7Cmg'],
  ['GET /Observation?value-quantity=-1e3', 'search', '/Observation?value-quantity=-1e3'],
  ['GET /Observation?code-value-quantity=http://l|1$gt5', 'search', '/Observation?code-value-quantity=http://l%7C1$gt5'],
  ['GET /Observation?code-value-quantity=1%24ap5.0||mg', 'search', '/Observation?code-value-quantity=1$ap5.0%7C%7Cmg'],
  ['GET /MolecularSequence?variant-start=lt5', 'search', '/MolecularSequence?variant-start=lt5'],
  ['GET /Location?near=1.5|-2|10|km', 'search', '/Location?near=1.5%7C-2%7C10%7Ckm'],
  ['GET /Patient?_text=x&_content=y', 'search', '/Patient?_text=x&_content=y'],
  // Chains and reverse chains
  ['GET /Observation?subject:Patient.name=ada', 'search', '/Observation?subject:Patient.name=ada'],
  ['GET /Observation?patient.name:exact=ada', 'search', '/Observation?patient.name:exact=ada'],
  ['GET /Observation?subject.name=ada', 'search', '/Observation?subject.name=ada'],
  ['GET /Observation?subject:Patient.organization.name=x', 'search', '/Observation?subject:Patient.organization.name=x'],
  ['GET /Observation?patient.identifier=http://m|1', 'search', '/Observation?patient.identifier=http://m%7C1'],
  [
    'GET /Observation?patient.general-practitioner:Practitioner.identifier:of-type=a|b|c',
    'search',
    '/Observation?patient.general-practitioner:Practitioner.identifier:of-type=a%7Cb%7Cc',
  ],
  ['GET /Patient?_has:Observation:patient:code=1', 'search', '/Patient?_has:Observation:patient:code=1'],
  ['GET /Patient?_has:Observation:subject:code:not=1', 'search', '/Patient?_has:Observation:subject:code:not=1'],
  [
    'GET /Patient?_has:Observation:patient:_has:Provenance:target:agent=Practitioner/1',
    'search',
    '/Patient?_has:Observation:patient:_has:Provenance:target:agent=Practitioner/1',
  ],
  [
    'GET /Patient?_has:Encounter:patient:participant.family=x',
    'search',
    '/Patient?_has:Encounter:patient:participant.family=x',
  ],
  // Result parameters
  ['GET /Patient?_sort=-birthdate,name', 'search', '/Patient?_sort=-birthdate,name'],
  ['GET /Patient?_count=0', 'search', '/Patient?_count=0'],
  ['GET /Patient?_count=00020', 'search', '/Patient?_count=20'],
  ['GET /Patient?_total=accurate', 'search', '/Patient?_total=accurate'],
  ['GET /Patient?_summary=count', 'search', '/Patient?_summary=count'],
  ['GET /Patient?_contained=false', 'search', '/Patient'],
  ['GET /Patient?_in=Group/g1', 'search', '/Patient?_in=Group/g1'],
  ['GET /Patient?_include=*', 'search', '/Patient?_include=Patient:*'],
  ['GET /Patient?_revinclude=*', 'search', '/Patient?_revinclude=*'],
  ['GET /Patient?_revinclude=Observation:*:Patient', 'search', '/Patient?_revinclude=Observation:*:Patient'],
  // Filters, as the criteria that they stand for
  ['GET /Patient?_filter=name%20sw%20a', 'search', '/Patient?name=a'],
  [
    'GET /Patient?_filter=name%20co%20%22a,%20b%22%20and%20birthdate%20ge%202000',
    'search',
    '/Patient?name:contains=a%5C,%20b&birthdate=ge2000',
  ],
  [
    'GET /Patient?_filter=(gender%20eq%20male%20or%20gender%20eq%20female)%20and%20not%20(active%20eq%20true)',
    'search',
    '/Patient?gender=male,female&active:not=true',
  ],
  [
    'GET /Patient?_filter=identifier%20eq%20http://i%7C5%20and%20link%20pr%20false',
    'search',
    '/Patient?identifier=http://i%7C5&link:missing=true',
  ],
  [
    'GET /Observation?_filter=subject.name%20eq%20%22Ada%20(Countess)%22',
    'search',
    '/Observation?subject.name:exact=Ada%20(Countess)',
  ],
  [
    'GET /Observation?_filter=value-quantity%20gt%205.4%7Chttp://u%7Cmg',
    'search',
    '/Observation?value-quantity=gt5.4%7Chttp://u%7Cmg',
  ],
  ['GET /Patient?_contained=both&_containedType=container', 'search', '/Patient?_contained=both&_containedType=container'],
  ['GET /Patient?_include=Patient:organization', 'search', '/Patient?_include=Patient:organization'],
  [
    'GET /Patient?_include=Patient:general-practitioner:Practitioner',
    'search',
    '/Patient?_include=Patient:general-practitioner:Practitioner',
  ],
  [
    'GET /Patient?_revinclude=Observation:subject&_revinclude=Provenance:target',
    'search',
    '/Patient?_revinclude=Observation:subject&_revinclude=Provenance:target',
  ],
  [
    'GET /MedicationRequest?_include=MedicationRequest:patient&_include:iterate=Patient:organization',
    'search',
    '/MedicationRequest?_include=MedicationRequest:patient&_include:iterate=Patient:organization',
  ],
  ['GET /Patient?_cursor=abc_-9', 'search', '/Patient?_cursor=abc_-9'],
  ['GET /Patient/p/Observation?_cursor=abc', 'search', '/Patient/p/Observation?_cursor=abc'],
  // POST search, compartments, system
  ['POST /Patient/_search', 'search', '/Patient'],
  ['POST /Patient/_search?name=a', 'search', '/Patient?name=a'],
  ['POST /_search?_type=Patient', 'search', '/?_type=Patient'],
  ['POST /Patient/p/Observation/_search?code=1', 'search', '/Patient/p/Observation?code=1'],
  ['GET /Patient/p/Observation?code=1', 'search', '/Patient/p/Observation?code=1'],
  ['GET /Patient/p/*', 'search', '/Patient/p/*'],
  ['GET /Patient/p/%2A', 'search', '/Patient/p/*'],
  [
    'GET /Patient/p/*?_type=Observation,Condition&_lastUpdated=gt2024',
    'search',
    '/Patient/p/*?_type=Observation,Condition&_lastUpdated=gt2024',
  ],
  ['GET ', 'search', '/'],
  ['GET /', 'search', '/'],
  ['GET /?_type=Patient,Observation&_id=1', 'search', '/?_type=Patient,Observation&_id=1'],
  ['GET /?_id=1', 'search', '/?_id=1'],
  ['GET /?_type=Observation,DiagnosticReport&code=1', 'search', '/?_type=Observation,DiagnosticReport&code=1'],
  // Conditional delete
  ['DELETE /Patient?identifier=http://m|1', 'conditional-delete', '/Patient?identifier=http://m%7C1'],
];

const tables = r4();

/** `METHOD target`, without headers and body: for a POST search that is an empty form. */
function ask(line: string): FhirRequest {
  const space = line.indexOf(' ');
  return understand(
    { method: line.slice(0, space), target: line.slice(space + 1), headers: new Map(), body: new Uint8Array(0) },
    tables,
  );
}

test.each(understood)('R-079 %s is a %s of %s', (line, interaction, canonical) => {
  const request = ask(line);
  expect(request.interaction).toBe(interaction);
  expect(canonicalTarget(request)).toBe(canonical);
  const [method = '', target = ''] = line.split(' ');
  const form = method === 'POST' && interaction === 'search' ? '' : undefined;
  expect(request.original).toEqual({ method, target, form });
});

test.each(understood)('R-245 the canonical target of %s is a fixed point', (line) => {
  const once = ask(line);
  const method = line.startsWith('POST') && once.interaction === 'search' ? 'GET' : line.split(' ')[0];
  const twice = ask(`${method} ${canonicalTarget(once)}`);
  expect({ ...twice, original: undefined }).toEqual({ ...once, original: undefined });
});
