// The ten personas of the demo, and what a binding says of each.

export const PERSONAS = {
  'family-physician': 'physician',
  nurse: 'nurse',
  'emergency-physician': 'emergency-physician',
  'billing-clerk': 'billing-clerk',
  researcher: 'researcher',
  'privacy-officer': 'privacy-officer',
  'security-administrator': 'security-administrator',
  'patient-1': 'patient',
  'patient-2': 'patient',
  parent: 'guardian',
} as const;

export type PersonaName = keyof typeof PERSONAS;
export type Role = (typeof PERSONAS)[PersonaName];

/** A relation between a persona and a patient that the data do not state. `patient` is a bare id. */
export interface PersonaFact {
  readonly user: PersonaName;
  readonly relation: 'general-practitioner' | 'care-team' | 'encounter' | 'guardian';
  readonly patient: string;
}

export interface BoundPersona {
  readonly name: PersonaName;
  readonly display: string;
  readonly roles: readonly Role[];
  /** `Practitioner/id`, `Patient/id` or `RelatedPerson/id`; absent when nobody there fits. */
  readonly fhirUser?: string;
  readonly facts: readonly PersonaFact[];
}

export interface Binding {
  /** All ten, in the order of PERSONAS. */
  readonly personas: readonly BoundPersona[];
  /** Lines to print: who is who, and what lives in Fireguard's own facts. */
  readonly notes: readonly string[];
}
