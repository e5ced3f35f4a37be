/** The words of a case → caller, resource and facts. Nothing is decided here. */
import type { Caller } from '../caller.ts';
import { patientsOf } from '../compartment/patients-of.ts';
import { containersOf } from '../decision/facts-wanted.ts';
import type { Candidate, KnownFacts } from '../decision/permit.ts';
import { type Protection, plainProtection } from '../decision/protection.ts';
import type { FhirTables } from '../fhir/tables.ts';
import { scan } from '../json/scan.ts';
import type { CompiledLabelRules } from '../label/label-rules.ts';
import type { Interaction } from '../request/request.ts';
import { parseScopes } from '../scope/parse-scope.ts';
import { purposeSystem } from '../terminology/purpose.ts';
import type { CallerWords, Case } from './case.ts';

/** Where and when a case happens that does not say. */
export const caseBases = Object.freeze({ ours: 'https://gateway.example/fhir', upstream: 'http://upstream.example/fhir' });
const usual = Date.UTC(2026, 4, 1, 10);
const confidentialities = /^[ULMNRV]$/;

export function caseTime({ when }: Pick<Case, 'when'>): number {
  return when === undefined ? usual : Date.parse(when);
}

export function caseAsks({ asks }: Pick<Case, 'asks'>): { readonly interaction: Interaction; readonly type: string } {
  const [interaction, type] = asks.split(' ') as [Interaction, string];
  return { interaction, type };
}

export function caseCaller(words: CallerWords, now: number): Caller {
  const kind = words.kind ?? 'user';
  const expiresAt = words.expiresAt === undefined ? now + 60_000 : Date.parse(words.expiresAt);
  const { signIn, certificate, override } = words;
  return Object.freeze<Caller>({
    kind,
    client: kind === 'anonymous' ? undefined : clientOf(words),
    user: kind === 'user' ? { id: 'user', name: 'A user', fhirUser: words.fhirUser } : undefined,
    roles: words.roles,
    scopes: parseScopes(words.scopes),
    patient: words.patient ?? undefined,
    purposes: (words.purposes ?? []).map((code) => ({ system: purposeSystem, code })),
    token: kind === 'anonymous' ? undefined : { id: 'token', issuer: words.issuer ?? 'https://as.example', expiresAt },
    address: words.address ?? '127.0.0.1',
    ...(words.rationale === undefined ? {} : { rationale: words.rationale }),
    ...(override === undefined ? {} : { override: { id: 'glass', patient: override, expiresAt: now + 60_000 } }),
    ...(signIn === undefined ? {} : { signIn: { acr: signIn.acr, at: now - (signIn.secondsAgo ?? 0) * 1000 } }),
    ...(certificate === undefined
      ? {}
      : { certificate: { thumbprint: 'case', subject: 'CN=case', trusted: certificate === 'trusted' } }),
  });
}

/** What a service is, is said of its client. */
function clientOf({ kind, client, fhirUser }: CallerWords): NonNullable<Caller['client']> {
  const named = { id: client ?? 'app', name: client ?? 'An app' };
  return kind === 'system' && fhirUser !== undefined ? { ...named, identity: fhirUser } : named;
}

export function caseCandidate(one: Case, tables: FhirTables): Candidate {
  const { interaction, type } = caseAsks(one);
  const id = interaction === 'create' ? undefined : (one.id ?? 'x1');
  const meta = one.labels === undefined ? {} : { meta: { security: one.labels.map(labelOf) } };
  const document = scan(encode({ resourceType: type, ...(id === undefined ? {} : { id }), ...meta, ...one.resource }));
  const { patients, pending, undetermined } = patientsOf(document, document.root, tables, [caseBases.ours, caseBases.upstream]);
  return {
    type,
    id,
    document,
    node: document.root,
    patients,
    undetermined: one.undetermined ?? (undetermined || pending.length > 0),
  };
}

function labelOf(code: string): { readonly system: string; readonly code: string } {
  const system = confidentialities.test(code) ? 'v3-Confidentiality' : 'v3-ActCode';
  return { system: `http://terminology.hl7.org/CodeSystem/${system}`, code };
}

export function caseFacts(one: Case, { patients, document, node }: Candidate): KnownFacts {
  const consents = new Map<string, readonly Uint8Array[]>(patients.map((patient) => [patient, []]));
  for (const [patient, written] of Object.entries(one.consents ?? {})) {
    if (written === 'unknown') consents.delete(patient);
    else
      consents.set(
        patient,
        written.map((consent) => consentOf(consent, patient)),
      );
  }
  return {
    relations: new Map(Object.entries(one.relations ?? {})),
    consents,
    ...(one.memberships === undefined ? {} : { memberships: new Set(one.memberships) }),
    pointers: new Map(Object.entries(one.pointers ?? {})),
    containers: encountersOf(one, document, node),
  };
}

/** Those that the resource names; without a word about them they are not there. */
function encountersOf(
  { encounters }: Case,
  document: Candidate['document'],
  node: Candidate['node'],
): ReadonlyMap<string, Uint8Array | undefined> {
  const named = containersOf(document, node, [caseBases.ours, caseBases.upstream]);
  return new Map(
    named.map((key) => {
      const written = encounters?.[key];
      const id = key.slice('Encounter/'.length);
      return [key, written && encode({ resourceType: 'Encounter', id, ...written, ...securityOf(written['labels']) })];
    }),
  );
}

function securityOf(labels: unknown): object {
  return Array.isArray(labels) ? { labels: undefined, meta: { security: labels.map(labelOf) } } : {};
}

/** What the site settles, with the label rules where the case says so. */
export function caseProtection({ site, labelled }: Case, rules: CompiledLabelRules | undefined): Protection {
  const { conflict, implicit, onlyVerified } = site ?? {};
  return {
    consents: {
      conflict: conflict ?? plainProtection.consents.conflict,
      implicit: implicit ?? plainProtection.consents.implicit,
      verified: onlyVerified ?? plainProtection.consents.verified,
    },
    purposesRequired: new Set(site?.purposesRequired ?? []),
    labels: labelled === undefined || rules === undefined ? undefined : { rules, inherit: true },
  };
}

/** What is left out of a Consent is that of an active privacy consent of the patient. */
function consentOf(written: string | Readonly<Record<string, unknown>>, patient: string): Uint8Array {
  if (typeof written === 'string') return new TextEncoder().encode(written);
  return encode({
    resourceType: 'Consent',
    id: 'c1',
    status: 'active',
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
    patient: { reference: `Patient/${patient}` },
    ...written,
  });
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
