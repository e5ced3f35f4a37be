/** FHIR releases that are served. Of R6 the elements are not published yet: what needs them is refused there. */
export const fhirVersions = ['R4', 'R4B', 'R5', 'R6'] as const;

export type FhirVersion = (typeof fhirVersions)[number];

/** As a server says it in `CapabilityStatement.fhirVersion`: `4.0.1` → R4. Undefined: one that is not served. */
export function versionNamed(text: string): FhirVersion | undefined {
  const [, release] = /^(\d+\.\d+)(?:\.|$)/.exec(text) ?? [];
  return fhirVersions.find((version) => releases[version] === release);
}

/** The MIME parameter `fhirVersion` (http.html#version-parameter). */
export const releases: Readonly<Record<FhirVersion, string>> = { R4: '4.0', R4B: '4.3', R5: '5.0', R6: '6.0' };

/** The dominant security category of a resource type (FHIR Security page; R-015). `none` = the type has no endpoint. */
export type SecurityCategory = 'anonymous' | 'business' | 'individual' | 'patient' | 'not-classified' | 'none';
