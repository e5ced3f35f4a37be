/** What is measured: three requests by one physician, and the bytes with which the canned upstream answers them. */
export interface Case {
  readonly name: 'read' | 'search20' | 'search1000';
  readonly path: string;
  readonly body: string;
}

const patients = 50;

function observation(n: number): string {
  const value = (90 + (n % 60) + (n % 10) / 10).toFixed(2);
  return JSON.stringify({
    resourceType: 'Observation',
    id: `o-${n}`,
    meta: { versionId: '1', lastUpdated: '2026-05-01T10:00:00.000Z' },
    text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml"><p>Blood pressure, reading ${n}</p></div>` },
    status: 'final',
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] }],
    code: {
      coding: [{ system: 'http://loinc.org', code: '8480-6', display: 'Systolic blood pressure' }],
      text: 'Systolic blood pressure',
    },
    subject: { reference: `Patient/p-${n % patients}` },
    encounter: { reference: `Encounter/e-${n % 200}` },
    effectiveDateTime: '2026-05-01T09:55:00+02:00',
    performer: [{ reference: 'Practitioner/bench', display: 'Dr Bench' }],
    valueQuantity: { value: 'VALUE', unit: 'mmHg', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' },
    interpretation: [
      {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation', code: 'N', display: 'Normal' },
        ],
      },
    ],
  }).replace('"VALUE"', value);
}

function searchset(entries: number): string {
  const items = Array.from(
    { length: entries },
    (_, n) => `{"fullUrl":"http://upstream.invalid/Observation/o-${n}","resource":${observation(n)},"search":{"mode":"match"}}`,
  );
  return `{"resourceType":"Bundle","type":"searchset","total":${entries},"link":[{"relation":"self","url":"http://upstream.invalid/Observation"}],"entry":[${items.join(',')}]}`;
}

export const cases: readonly Case[] = [
  { name: 'read', path: '/Observation/o-7', body: observation(7) },
  { name: 'search20', path: '/Observation?patient=Patient/p-7&_count=20', body: searchset(20) },
  { name: 'search1000', path: '/Observation?code=8480-6&_count=1000', body: searchset(1000) },
];

/** Ids of the patients that the bench physician cares for: all of them, so that what is measured is the cost of deciding, not of dropping. */
export const benchPatients: readonly string[] = Array.from({ length: patients }, (_, n) => `p-${n}`);
