/**
 * The pseudonyms of the harness: readable on purpose, and in the order of the ids behind them, as answers are. What a house makes with its key is the server's and
 * tested there; engine and naive decider are handed these alike, as they are handed facts.
 */
export function pseudonymOf(project: string, type: string, id: string): string {
  return `${project}.${type}.${id}`;
}

export function idBehind(project: string, type: string, pseudonym: string): string | undefined {
  const start = `${project}.${type}.`;
  return pseudonym.startsWith(start) ? pseudonym.slice(start.length) : undefined;
}

/** By how many days the dates of a patient are moved. */
export function daysMoved(project: string, patient: string): number {
  return -(project.length + 40 * Number(patient.replace(/\D/g, '')));
}
