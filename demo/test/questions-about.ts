/** Everything that one may ask of a FHIR API about an id: to be asked of one that is hidden and of one that nobody has, and compared. Holds no assertions. */
import type { Ask } from './caller.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const PATCH = { 'content-type': 'application/json-patch+json' };

export type Question = readonly [method: string, target: string, ask?: Ask];

/** `source`: a resource of the type, as JSON. `visiblePatient`: the id of a patient whom the caller may see. */
export function questions(type: string, id: string, source: string, visiblePatient: string): readonly Question[] {
  const body = JSON.stringify({ ...JSON.parse(source), id, meta: undefined });
  const place = `${type}/${id}`;
  const reads: readonly Question[] = ['GET', 'HEAD'].flatMap((method): readonly Question[] => [
    [method, place],
    [method, place, { headers: { 'if-none-match': 'W/"1"' } }],
    [method, place, { headers: { 'if-none-match': '*' } }],
    [method, place, { headers: { 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' } }],
    [method, place, { headers: { accept: 'text/html' } }],
    [method, `${place}?_format=json`],
    [method, `${place}?_elements=id`],
    [method, `${place}/_history/1`],
    [method, `${place}/_history/99`],
    [method, `${place}/_history`],
  ]);
  const writes: readonly Question[] = [
    ['PUT', place, { body }],
    ['PUT', place, { body, headers: { 'if-match': 'W/"1"' } }],
    ['PUT', place, { body, headers: { 'if-match': 'W/"99"' } }],
    ['PUT', place, { body, headers: { 'if-none-match': '*' } }],
    ['PUT', place, { body: '{}' }],
    ['PUT', place, { body: 'no json' }],
    ['PUT', `${type}?_id=${id}`, { body }],
    ['PATCH', place, { body: '[{"op":"add","path":"/language","value":"en"}]', headers: PATCH }],
    ['PATCH', place, { body: '[{"op":"test","path":"/id","value":"x"}]', headers: { ...PATCH, 'if-match': 'W/"1"' } }],
    ['PATCH', place, { body: '[]', headers: PATCH }],
    ['DELETE', place],
    ['DELETE', place, { headers: { 'if-match': 'W/"1"' } }],
    ['DELETE', place, { headers: { 'if-match': 'W/"99"' } }],
    ['DELETE', `${type}?_id=${id}`],
    ['POST', type, { body: JSON.stringify({ ...JSON.parse(body), id: undefined }), headers: { 'if-none-exist': `_id=${id}` } }],
  ];
  const searches: readonly Question[] = [
    ['GET', `${type}?_id=${id}`],
    ['GET', `${type}?_id=${id}&_summary=count`],
    ['GET', `${type}?_id=${id}&_total=accurate`],
    ['GET', `${type}?_id:not=${id}&_count=1`],
    ['POST', `${type}/_search`, { headers: FORM, body: `_id=${id}` }],
    ['GET', `Observation?_has:Provenance:target:_id=${id}`],
    ['GET', `Provenance?target=${place}`],
    ['GET', `${place}/$everything`],
  ];
  const observation = (more: object): string =>
    JSON.stringify({
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'asked' },
      subject: { reference: `Patient/${visiblePatient}` },
      ...more,
    });
  const references: readonly Question[] = [
    ...(type === 'Patient'
      ? ([
          ['GET', `Observation?patient=${id}`],
          ['GET', `Observation?subject=Patient/${id}&_count=1`],
          ['GET', `Encounter?patient=${id}&_summary=count`],
          ['GET', `Patient/${id}/Observation`],
          ['GET', `Patient/${id}/Encounter?_sort=date`],
          ['POST', 'Observation', { body: observation({ subject: { reference: place } }) }],
          ['POST', 'Condition', { body: JSON.stringify({ resourceType: 'Condition', subject: { reference: place } }) }],
        ] as const)
      : []),
    ...(type === 'Encounter'
      ? ([['POST', 'Observation', { body: observation({ encounter: { reference: place } }) }]] as const)
      : []),
    ...(type === 'Observation'
      ? ([['POST', 'Observation', { body: observation({ hasMember: [{ reference: place }] }) }]] as const)
      : []),
  ];
  return [...reads, ...writes, ...searches, ...references];
}
