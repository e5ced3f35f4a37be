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
    for (const patient of patientIds(targetsAt(ask, document, node, 'patient')))
      consents.get(patient)?.push(document.slice(node));
  }
  return consents;
}
