/** Short names of the clinical code systems that label rules and data name in several spellings. Their codes are not kept here. */

const spellings: Readonly<Record<string, readonly string[]>> = {
  snomed: ['http://snomed.info/sct', 'urn:oid:2.16.840.1.113883.6.96'],
  loinc: ['http://loinc.org', 'https://loinc.org', 'urn:oid:2.16.840.1.113883.6.1'],
  rxnorm: ['http://www.nlm.nih.gov/research/umls/rxnorm', 'urn:oid:2.16.840.1.113883.6.88'],
  icd10: [
    'http://hl7.org/fhir/sid/icd-10',
    'http://hl7.org/fhir/sid/icd-10-cm',
    'http://hl7.org/fhir/sid/icd-10-de',
    'http://fhir.de/CodeSystem/bfarm/icd-10-gm',
    'urn:oid:2.16.840.1.113883.6.3',
    'urn:oid:2.16.840.1.113883.6.90',
  ],
  icd9: [
    'http://hl7.org/fhir/sid/icd-9-cm',
    'http://hl7.org/fhir/sid/icd-9',
    'http://terminology.hl7.org/CodeSystem/icd9',
    'urn:oid:2.16.840.1.113883.6.42',
    'urn:oid:2.16.840.1.113883.6.103',
  ],
  cpt: ['http://www.ama-assn.org/go/cpt', 'urn:oid:2.16.840.1.113883.6.12'],
};

const shortNames: ReadonlyMap<string, string> = new Map(
  Object.entries(spellings).flatMap(([name, urls]) => [[name, name] as const, ...urls.map((url) => [url, name] as const)]),
);

/** Every way to write a system that goes by this short name, or the system itself. */
export function systemSpellings(system: string): readonly string[] {
  return [system, ...(Object.hasOwn(spellings, system) ? spellings[system]! : [])];
}

/** The short name of a system in any of its spellings; any other system as it is. */
export function clinicalSystem(system: string): string {
  return shortNames.get(system) ?? system;
}
