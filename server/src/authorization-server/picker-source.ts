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
}

export interface PickerPatient {
  readonly id: string;
  /** As shown: `ITO, Haruka`. */
  readonly name: string;
  /** FHIR date. */
  readonly birthDate: string | undefined;
  /** Hospital number. */
  readonly mrn: string | undefined;
}

export interface PickerSource {
  /** Those that match what was typed, best first, at most 50; an empty query lists those that this person is most likely to want. */
  patientsFor(person: PickerPerson, query: string): Promise<readonly PickerPatient[]>;
  /** The one with this id, if this person may open it. */
  patientById(person: PickerPerson, id: string): Promise<PickerPatient | undefined>;
}
