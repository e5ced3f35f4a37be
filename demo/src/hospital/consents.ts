// What a few patients have said about who may see their records (FHIR R4 Consent, privacy).
import type { Ledger } from './ledger.ts';
import type { Places } from './places.ts';
import type { Patient } from './population.ts';
import { CODES, concept, hl7 } from './terminology.ts';

export type Wish = 'nobody' | 'everyone-treating' | 'not-for-research';

/** `nobody`: a deny at the root. `everyone-treating`: a permit for treatment. `not-for-research`: a permit with one purpose taken out. */
export function consent(ledger: Ledger, patient: Patient, places: Places, wish: Wish): void {
  const purpose = (code: string) => [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code }];
  const period = { start: ledger.date(300), end: ledger.date(-3000) };
  const provisions = {
    nobody: { type: 'deny', period },
    'everyone-treating': { type: 'permit', period, purpose: purpose('TREAT') },
    'not-for-research': { type: 'permit', period, provision: [{ type: 'deny', purpose: purpose('HRESCH') }] },
  } as const satisfies Record<Wish, object>;
  ledger.add(
    patient.random.fork('consent'),
    'Consent',
    {
      status: 'active',
      scope: hl7('consentscope', 'patient-privacy', 'Privacy consent'),
      category: [concept(CODES.privacyConsent)],
      patient: patient.reference,
      dateTime: ledger.instant(300, 640),
      performer: [patient.parents[0] ?? patient.reference],
      organization: [places.hospital],
      policyRule: hl7('v3-ActCode', wish === 'nobody' ? 'OPTOUT' : 'OPTIN'),
      provision: provisions[wish],
    },
    { label: patient.label },
  );
}
