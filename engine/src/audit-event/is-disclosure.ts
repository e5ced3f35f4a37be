/**
 * data that left for something else than treating, paying and running the house (45 CFR 164.528: what an accounting of disclosures lists). It is told by the
 * purposes that were declared; a request that declared none is taken for treatment, as everywhere.
 */
import { purposeReaches, purposeSystem } from '../terminology/purpose.ts';
import type { AuditRecord } from './record.ts';

const house = ['TREAT', 'HPAYMT', 'HOPERAT', 'PATRQT', 'FAMRQT', 'PWATRNY'].map((code) => ({ system: purposeSystem, code }));

export function isDisclosure({ kind, outcome, caller, patients, resources }: AuditRecord): boolean {
  const purposes = caller?.purposes ?? [];
  return (
    kind === 'request' &&
    outcome === 'permit' &&
    patients.length > 0 &&
    resources.length > 0 &&
    purposes.length > 0 &&
    !purposes.some((purpose) => house.some((one) => purposeReaches(one, purpose)))
  );
}
