/** Active Consent resources of patients, as the upstream keeps them: their own bytes, for the engine to read. */
import { type Ask, askFor, patientIds, targetsAt } from './ask.ts';

/** Every asked patient is in the answer, with an empty list when there is none: absent would mean that nobody looked. */
export async function upstreamConsents(
  ask: Ask,
  patients: readonly string[],
): Promise<ReadonlyMap<string, readonly Uint8Array[]>> {
  const consents = new Map<string, Uint8Array[]>(patients.map((patient) => [patient, []]));
  const parameter = (ids: readonly string[]) => ['patient', ids.map((id) => `Patient/${id}`).join(',')] as const;
  const found = await askFor(ask, 'Consent', [['status', 'active']], patients, parameter);
  for (const { document, node } of found) {
    // R4 calls it `patient`, R5 and R6 `subject`.
    const about = ['patient', 'subject'].flatMap((path) => targetsAt(ask, document, node, path));
    for (const patient of new Set(patientIds(about))) consents.get(patient)?.push(document.slice(node));
  }
  return consents;
}
