/** FHIR releases for which the layout has room. R4 is complete; the others get their tables with the enforcement work. */
export type FhirVersion = 'R4' | 'R4B' | 'R5' | 'R6';

/** The dominant security category of a resource type (FHIR Security page; R-015). `none` = the type has no endpoint. */
export type SecurityCategory = 'anonymous' | 'business' | 'individual' | 'patient' | 'not-classified' | 'none';
