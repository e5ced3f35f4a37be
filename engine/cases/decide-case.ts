/** One case of the YAML files, handed to the engine: the words become a caller, a resource and facts; nothing is decided here. */
import type { Caller } from '../src/caller.ts';
import { patientsOf } from '../src/compartment/patients-of.ts';
import { decide } from '../src/decision/decide.ts';
import type { Candidate, KnownFacts } from '../src/decision/permit.ts';
import type { Relation } from '../src/enforcement/need.ts';
import { r4 } from '../src/fhir/r4.ts';
import { scan } from '../src/json/scan.ts';
import type { CompiledPolicies } from '../src/policy/compiled.ts';
import type { Interaction } from '../src/request/request.ts';
import { parseScopes } from '../src/scope/parse-scope.ts';

export interface CallerWords {
  readonly kind?: Caller['kind'];
  readonly roles: readonly string[];
  readonly fhirUser?: string;
  readonly patient?: string | null;
  readonly scopes: string;
  readonly purposes?: readonly string[];
  /** The patient for whom this person broke the glass. */
  readonly override?: string;
  readonly expiresAt?: string;
}

export interface Case {
  readonly case: string;
  readonly caller: string;
  readonly but?: Partial<CallerWords>;
  /** `read Observation` */
  readonly asks: string;
  readonly id?: string;
  /** The resource without type and id; left out where the request is refused before any look-up. */
  readonly resource?: Readonly<Record<string, unknown>>;
  readonly labels?: readonly string[];
  readonly undetermined?: boolean;
  readonly relations?: Readonly<Record<string, readonly Relation[]>>;
  /** By patient: Consents (or broken text), or `unknown`. Patients who are not named have none. */
  readonly consents?: Readonly<Record<string, 'unknown' | readonly (string | Readonly<Record<string, unknown>>)[]>>;
  readonly expect: 'permit' | 'deny' | 'refused';
  readonly rules?: readonly string[];
  readonly mask?: readonly string[];
  readonly denyAs?: string;
  readonly cause?: string;
}

export interface CaseResult {
  readonly expect: Case['expect'];
  readonly rules: readonly string[];
  readonly mask: readonly string[] | undefined;
  readonly denyAs: string | undefined;
  readonly cause: string | undefined;
}

/** The moment at which every case happens. */
const now = Date.UTC(2026, 4, 1, 10);
const bases = { ours: 'https://gateway.example/fhir', upstream: 'http://upstream.example/fhir' };
const confidentialities = /^[ULMNRV]$/;

export function decideCase(one: Case, callers: Readonly<Record<string, CallerWords>>, policies: CompiledPolicies): CaseResult {
  const [interaction, type] = one.asks.split(' ') as [Interaction, string];
  const words = callers[one.caller];
  if (words === undefined) throw new Error(`no caller ${one.caller}`);
  const permit = decide({ caller: callerOf({ ...words, ...one.but }), interaction, type, policies, tables: r4(), bases, now });
  if (permit.kind === 'refusal') return { expect: 'refused', ...partsOf(permit), mask: undefined, denyAs: permit.denyAs };
  const candidate = candidateOf(one, interaction, type);
  const verdict = permit.judge(candidate, factsOf(one, candidate));
  if (verdict.effect === 'deny') return { expect: 'deny', ...partsOf(verdict), mask: undefined, denyAs: verdict.denyAs };
  return { expect: 'permit', ...partsOf(verdict), mask: [...verdict.mask].sort(), denyAs: undefined };
}

function partsOf({
  decision,
}: {
  readonly decision: { readonly rules: readonly string[]; readonly cause: string | undefined };
}) {
  return { rules: decision.rules, cause: decision.cause };
}

function callerOf(words: CallerWords): Caller {
  const kind = words.kind ?? 'user';
  const expiresAt = words.expiresAt === undefined ? now + 60_000 : Date.parse(words.expiresAt);
  return {
    kind,
    client: kind === 'anonymous' ? undefined : { id: 'app', name: 'An app' },
    user: kind === 'user' ? { id: 'user', name: 'A user', fhirUser: words.fhirUser } : undefined,
    roles: words.roles,
    scopes: parseScopes(words.scopes),
    patient: words.patient ?? undefined,
    purposes: (words.purposes ?? []).map((code) => ({ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code })),
    token: kind === 'anonymous' ? undefined : { id: 'token', issuer: 'https://as.example', expiresAt },
    address: '127.0.0.1',
    ...(words.override === undefined ? {} : { override: { id: 'glass', patient: words.override, expiresAt: now + 60_000 } }),
  };
}

function candidateOf(one: Case, interaction: Interaction, type: string): Candidate {
  const id = interaction === 'create' ? undefined : (one.id ?? 'x1');
  const meta = one.labels === undefined ? {} : { meta: { security: one.labels.map(labelOf) } };
  const document = scan(encode({ resourceType: type, ...(id === undefined ? {} : { id }), ...meta, ...one.resource }));
  const { patients, pending, undetermined } = patientsOf(document, document.root, r4(), [bases.ours, bases.upstream]);
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

function factsOf(one: Case, { patients }: Candidate): KnownFacts {
  const consents = new Map<string, readonly Uint8Array[]>(patients.map((patient) => [patient, []]));
  for (const [patient, written] of Object.entries(one.consents ?? {})) {
    if (written === 'unknown') consents.delete(patient);
    else
      consents.set(
        patient,
        written.map((consent) => consentOf(consent, patient)),
      );
  }
  return { relations: new Map(Object.entries(one.relations ?? {})), consents };
}

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
