/** audit events are read, searched and fed; nothing changes or removes one. Said before anything is looked up, so alike for every id. */
import { type FhirRequest, Problem } from '@fireguard/engine';

/** Gives back what may go on. Throws Problem `method-not-allowed`, or `interaction-not-supported` for a transaction that would write one. */
export function keptAudit(asked: FhirRequest): FhirRequest {
  switch (asked.interaction) {
    case 'update':
    case 'patch':
    case 'delete':
    case 'conditional-update':
    case 'conditional-patch':
    case 'conditional-delete':
      if (asked.type === 'AuditEvent') throw new Problem('method-not-allowed', 'Audit events cannot be changed or deleted.');
      return asked;
    case 'transaction':
      // It is one write of the FHIR server behind, which does not hold them.
      if (
        asked.entries.some(
          ({ request }) => 'type' in request && request.type === 'AuditEvent' && request.interaction !== 'read',
        )
      )
        throw new Problem('interaction-not-supported', 'Audit events are not written in transactions: send a batch.');
      return asked;
    default:
      return asked;
  }
}
