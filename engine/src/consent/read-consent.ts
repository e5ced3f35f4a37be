/** FHIR R4 consent.html: reads one Consent and says what it means for the caller. */

import { referenceKey } from '../fhir/reference.ts';
import { scan } from '../json/scan.ts';
import { type ConsentContext, type ConsentEffect, noEffect } from './consent-effect.ts';
import { couldCover, filtersData, meansEveryone } from './coverage.ts';
import { periodHolds } from './period.ts';
import { isProvision, type Provision } from './provision.ts';

type Members = Readonly<Record<string, unknown>>;

const SCOPES = 'http://terminology.hl7.org/CodeSystem/consentscope';
const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';

/** `text`: the Consent as JSON. Whatever cannot be read denies. */
export function readConsent(text: Uint8Array, context: ConsentContext): ConsentEffect {
  let consent: unknown;
  try {
    const document = scan(text);
    consent = document.value(document.root);
  } catch {
    return deny('unreadable', {});
  }
  return isMembers(consent) ? effectOf(consent, context) : deny('unreadable', {});
}

function effectOf(consent: Members, context: ConsentContext): ConsentEffect {
  if (consent['resourceType'] !== 'Consent' || typeof consent['status'] !== 'string') return deny('unreadable', consent);
  if (withoutEffect.has(consent['status'])) return noEffect;
  if (consent['status'] !== 'active') return deny('unreadable', consent);
  switch (scopeOf(consent['scope'])) {
    case 'other':
      return noEffect;
    case 'unreadable':
      return deny('unreadable', consent);
    case 'privacy':
      return privacyEffect(consent, context);
  }
}

const withoutEffect: ReadonlySet<string> = new Set(['draft', 'proposed', 'rejected', 'inactive', 'entered-in-error']);

function scopeOf(scope: unknown): 'privacy' | 'other' | 'unreadable' {
  const codes = codesOf(scope, SCOPES);
  if (codes.includes('patient-privacy')) return 'privacy';
  return codes.length > 0 && codes.every((code) => otherScopes.has(code)) ? 'other' : 'unreadable';
}

const otherScopes: ReadonlySet<string> = new Set(['research', 'adr', 'treatment']);

function privacyEffect(consent: Members, context: ConsentContext): ConsentEffect {
  // Members of another FHIR version, or that change what the rest means, may hold the decision.
  if (Object.keys(consent).some((key) => !members.has(key.startsWith('_') ? key.slice(1) : key)))
    return deny('unreadable', consent);
  const reference = isMembers(consent['patient']) ? consent['patient']['reference'] : undefined;
  const patient = typeof reference === 'string' ? referenceKey(reference, context.bases) : undefined;
  if (patient?.type !== 'Patient' || patient.id !== context.patient) return deny('unreadable', consent);
  const root = consent['provision'] ?? {};
  if (!isProvision(root)) return deny('unreadable', consent);
  switch (periodHolds(root.period, context.now)) {
    case 'outside':
      return noEffect;
    case 'unreadable':
      return deny('unreadable', consent);
    case 'during':
      return provisionEffect(root, baseOf(root, consent['policyRule']), consent, context);
  }
}

const members: ReadonlySet<string> = new Set([
  ...[
    'resourceType',
    'id',
    'meta',
    'language',
    'text',
    'contained',
    'extension',
    'identifier',
    'status',
    'scope',
    'category',
    'patient',
  ],
  ...[
    'dateTime',
    'performer',
    'organization',
    'sourceAttachment',
    'sourceReference',
    'policy',
    'policyRule',
    'verification',
    'provision',
  ],
]);

/** D5: the root's own type, else the policy rule; a policy rule that opts out is not undone by a root that permits without saying what. */
function baseOf(root: Provision, policyRule: unknown): 'permit' | 'deny' | 'unreadable' {
  const codes = codesOf(policyRule, ACT_CODE);
  if (root.type === 'deny' || codes.includes('OPTOUT')) return 'deny';
  if (root.type === 'permit') return 'permit';
  return codes.length > 0 && codes.every((code) => code === 'OPTIN') ? 'permit' : 'unreadable';
}

function provisionEffect(
  root: Provision,
  base: 'permit' | 'deny' | 'unreadable',
  consent: Members,
  context: ConsentContext,
): ConsentEffect {
  if (!couldCover(root, context)) return noEffect;
  const nested = root.provision ?? [];
  switch (base) {
    case 'unreadable':
      return deny('unreadable', consent);
    case 'deny':
      return meansEveryone(root) && nested.length === 0 ? deny('directive', consent) : deny('not-enforced', consent);
    case 'permit': {
      // A permit inside a permit is written to focus it (IHE PCF): whom it leaves out is not told apart yet.
      const objects = filtersData(root) || nested.some((inner) => inner.type === 'permit' || couldCover(inner, context));
      return objects ? deny('not-enforced', consent) : noEffect;
    }
  }
}

/** Codes of one system in a CodeableConcept; what is not of that system is kept as an empty code, so that it counts as unknown. */
function codesOf(concept: unknown, system: string): readonly string[] {
  const codings = isMembers(concept) ? concept['coding'] : undefined;
  if (!Array.isArray(codings)) return [];
  return codings.map((coding) =>
    isMembers(coding) && coding['system'] === system && typeof coding['code'] === 'string' ? coding['code'] : '',
  );
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function deny(why: 'directive' | 'not-enforced' | 'unreadable', consent: Members): ConsentEffect {
  const id = consent['id'];
  return Object.freeze({
    kind: 'deny',
    why,
    sparesGuardian: why === 'directive',
    consent: typeof id === 'string' ? `Consent/${id}` : undefined,
  });
}
