/**
 * Where the picker's patients come from. INVARIANT: a source answers through the same enforcement as the API, so that the picker never
 * shows, counts or confirms a patient whom the API would not show this person.
 */
export interface PickerPerson {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
  /** `Practitioner/123` */
  readonly fhirUser: string | undefined;
  /** Where their browser is: looks are decided by it and recorded with it. */
  readonly address?: string;
}

export interface PickerPatient {
  readonly id: string;
  /** As shown: `ITO, Haruka`. */
  readonly name: string;
  /** FHIR date. */
  readonly birthDate: string | undefined;
  /** FHIR AdministrativeGender. */
  readonly sex?: string | undefined;
  /** Hospital number. */
  readonly mrn: string | undefined;
}

export interface PickerEncounter {
  readonly id: string;
  /** As shown: `Outpatient visit, Cardiology`. */
  readonly name: string;
  /** FHIR dateTime at which it began. */
  readonly start: string | undefined;
  /** Code of EncounterStatus. */
  readonly status: string | undefined;
}

/** The glass that this person broke for this patient. */
export interface BrokenFor {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export interface PickerSource {
  /** Those that match what was typed, best first, at most 50; an empty query lists those that this person is most likely to want. */
  patientsFor(person: PickerPerson, query: string): Promise<readonly PickerPatient[]>;
  /** The one with this id, if this person may open it. */
  patientById(person: PickerPerson, id: string, glass?: BrokenFor): Promise<PickerPatient | undefined>;
  /** The patient's visits that this person may open, newest first, at most 50. */
  encountersFor(person: PickerPerson, patient: string): Promise<readonly PickerEncounter[]>;
  /** The one with this id, if it is this patient's and this person may open it. */
  encounterById(person: PickerPerson, patient: string, id: string): Promise<PickerEncounter | undefined>;
}
