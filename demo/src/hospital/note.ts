// A note is metadata and bytes: the Binary is only as open as the DocumentReference that its securityContext names.
import type { Ledger, Reference } from './ledger.ts';
import type { Places } from './places.ts';
import { CODES, concept } from './terminology.ts';
import type { Visit } from './visit.ts';

/** Writes Binary, DocumentReference and Provenance; returns the DocumentReference. */
export function note(ledger: Ledger, during: Visit, places: Places, findings: string): Reference {
  const { patient, random, label } = during;
  const when = ledger.instant(during.daysAgo, 900);
  const text = `Consultation of ${patient.name} on ${ledger.date(during.daysAgo)}. ${findings}`;
  const id = random.uuid();
  const binary = ledger.add(
    random,
    'Binary',
    { contentType: 'text/plain', securityContext: { reference: `DocumentReference/${id}` }, data: base64(text) },
    { label },
  );
  const document = ledger.add(
    random,
    'DocumentReference',
    {
      status: 'current',
      type: concept(CODES.consultNote),
      subject: patient.reference,
      date: when,
      author: [during.by],
      custodian: places.practice,
      content: [{ attachment: { contentType: 'text/plain', url: binary.reference, title: 'Consultation note' } }],
      context: { encounter: [during.encounter] },
    },
    { label, id },
  );
  ledger.add(
    random,
    'Provenance',
    { target: [document], recorded: when, agent: [{ who: during.by, onBehalfOf: places.practice }] },
    { label },
  );
  return document;
}

const base64 = (text: string): string => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
