/** Patients' consents that Fireguard keeps itself (`consents.from: [fireguard]`): FHIR Consent of R4, R5 or R6, in force with the next request. */
import { Problem } from '@fireguard/engine';
import { z } from 'zod';
import { requireEnforceable } from '../consents/enforceable.ts';
import { addConsentVersion, consentHistory, consentsOf, type KeptConsent } from '../storage/consents.ts';
import { perform } from './act.ts';
import type { AdminApiDependencies } from './admin-api.ts';
import { type AdminRoute, adminRoute } from './admin-route.ts';
import { patientId } from './words.ts';

const consentId = z.strictObject({ id: z.string().regex(/^[A-Za-z0-9\-.]{1,64}$/, 'A FHIR id: letters, digits, - and .') });
const kept = z.object({
  id: z.string(),
  version: z.number(),
  patient: z.string(),
  at: z.string(),
  /** Null: taken back. */
  consent: z.record(z.string(), z.unknown()).nullable(),
});

export function consentRoutes(use: AdminApiDependencies): readonly AdminRoute[] {
  const { db } = use;
  const add = async (id: string, patient: string, resource: string | undefined) => {
    const added = await addConsentVersion(db, { id, patient, resource });
    await use.cluster.announce({ kind: 'relation', id: '*' });
    return told(added);
  };
  return [
    adminRoute({
      id: 'listConsents',
      method: 'GET',
      path: '/consents',
      summary: 'The consents of a patient that Fireguard keeps, as they are now',
      right: 'look',
      query: z.strictObject({ patient: patientId }),
      answer: z.object({ consents: z.array(kept) }),
      status: 200,
      async run({ query }) {
        return { consents: (await consentsOf(db, [query.patient])).map(told) };
      },
    }),
    adminRoute({
      id: 'consentHistory',
      method: 'GET',
      path: '/consents/{id}',
      summary: 'Every version of one consent that Fireguard keeps, the newest first',
      right: 'look',
      params: consentId,
      answer: z.object({ versions: z.array(kept) }),
      status: 200,
      async run({ params }) {
        const versions = await consentHistory(db, params.id);
        if (versions.length === 0) throw new Problem('not-found', 'There is no such consent.');
        return { versions: versions.map(told) };
      },
    }),
    adminRoute({
      id: 'putConsent',
      method: 'PUT',
      path: '/consents/{id}',
      summary: 'Keep a consent, or its next version; it holds everywhere when this is answered',
      right: 'consents',
      params: consentId,
      body: z.record(z.string(), z.unknown()),
      answer: kept,
      status: 200,
      async run(call) {
        const { id } = call.params;
        const patient = patientIn(call.body);
        const resource = JSON.stringify({ ...call.body, id });
        requireEnforceable(new TextEncoder().encode(resource), patient, []);
        const [before] = await consentHistory(db, id);
        if (before !== undefined && before.patient !== patient)
          throw new Problem('resource-invalid', 'A consent stays with its patient. Give this one another id.');
        const act = {
          action: 'consent-kept',
          reason: `Kept Consent/${id} of Patient/${patient}.`,
          patients: [patient],
          resources: [`Consent/${id}`],
        };
        return perform(use.auditLog, call, act, () => add(id, patient, resource));
      },
    }),
    adminRoute({
      id: 'takeBackConsent',
      method: 'DELETE',
      path: '/consents/{id}',
      summary: 'Take a consent back; its versions stay to be seen',
      right: 'consents',
      params: consentId,
      answer: kept,
      status: 200,
      async run(call) {
        const { id } = call.params;
        const [before] = await consentHistory(db, id);
        if (before?.resource === undefined) throw new Problem('not-found', 'There is no such consent.');
        const { patient } = before;
        const act = {
          action: 'consent-taken-back',
          reason: `Took back Consent/${id} of Patient/${patient}.`,
          patients: [patient],
          resources: [`Consent/${id}`],
        };
        return perform(use.auditLog, call, act, () => add(id, patient, undefined));
      },
    }),
  ];
}

function patientIn(consent: Readonly<Record<string, unknown>>): string {
  const { reference } = ((consent['patient'] ?? consent['subject']) as { readonly reference?: unknown } | undefined) ?? {};
  const id = /^Patient\/([A-Za-z0-9\-.]{1,64})$/.exec(typeof reference === 'string' ? reference : '')?.[1];
  if (id === undefined) throw new Problem('resource-invalid', 'A consent names its patient as Patient/123.');
  return id;
}

function told({ id, version, patient, resource, createdAt }: KeptConsent) {
  const consent = resource === undefined ? null : (JSON.parse(resource) as Record<string, unknown>);
  return { id, version, patient, at: createdAt.toISOString(), consent };
}
