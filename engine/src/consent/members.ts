/** The members of a JSON object. */
export type Members = Readonly<Record<string, unknown>>;

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Codes of one system in a CodeableConcept; what is not of that system is kept as an empty code, so that it counts as unknown. */
export function codesOf(concept: unknown, system: string): readonly string[] {
  const codings = isMembers(concept) ? concept['coding'] : undefined;
  if (!Array.isArray(codings)) return [];
  return codings.map((coding) =>
    isMembers(coding) && coding['system'] === system && typeof coding['code'] === 'string' ? coding['code'] : '',
  );
}
