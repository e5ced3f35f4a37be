/** FHIR R4 consent.html and IHE PCF vol. 3 §5.8: the base decision of a Consent and its provision (requirements 4.1, D5). */
import { referenceKey } from '../fhir/reference.ts';
import type { Provision } from './directive.ts';
import { implicitPolicy } from './implicit-policy.ts';
import { codesOf, isMembers, type Members } from './members.ts';
import type { ReadContext } from './read-consent.ts';
import { conditionsOf, readProvision, readProvisions } from './read-provision.ts';

const SCOPES = 'http://terminology.hl7.org/CodeSystem/consentscope';
const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const otherScopes: ReadonlySet<string> = new Set(['research', 'adr', 'treatment']);

/** Members of R4. One of another version, or one that changes what the rest means, may hold the decision. */
const members: ReadonlySet<string> = new Set([
  ...['resourceType', 'id', 'meta', 'language', 'text', 'contained', 'extension', 'implicitRules'],
  ...['identifier', 'status', 'scope', 'category', 'patient', 'dateTime', 'performer', 'organization'],
  ...['sourceAttachment', 'sourceReference', 'policy', 'policyRule', 'verification', 'provision'],
]);

export function readR4(consent: Members, context: ReadContext): readonly Provision[] | 'none' | 'unreadable' {
  switch (scopeOf(consent['scope'])) {
    case 'other':
      return 'none';
    case 'unreadable':
      return 'unreadable';
    case 'privacy':
      break;
  }
  if (consent['implicitRules'] !== undefined || hasOther(consent, members)) return 'unreadable';
  if (!names(consent['patient'], context)) return 'unreadable';
  return readings(consent) ?? 'unreadable';
}

export function hasOther(consent: Members, known: ReadonlySet<string>): boolean {
  return Object.keys(consent).some((key) => !known.has(key.startsWith('_') ? key.slice(1) : key));
}

/** Does the reference name the patient under whom the consent was found? */
export function names(reference: unknown, { patient, bases }: ReadContext): boolean {
  const text = isMembers(reference) ? reference['reference'] : undefined;
  const key = typeof text === 'string' ? referenceKey(text, bases) : undefined;
  return key?.type === 'Patient' && key.id === patient;
}

function scopeOf(scope: unknown): 'privacy' | 'other' | 'unreadable' {
  const codes = codesOf(scope, SCOPES);
  if (codes.includes('patient-privacy')) return 'privacy';
  return codes.length > 0 && codes.every((code) => otherScopes.has(code)) ? 'other' : 'unreadable';
}

/**
 * A root with a `type` is the base (PCF). One without is R4's own form, of which the standard's examples use two readings: what the base policy
 * says for whom the root describes, and an exception to it. Where they differ, both are kept. A root that gives nothing but a period says when
 * the base policy holds.
 */
function readings(consent: Members): readonly Provision[] | undefined {
  const root = consent['provision'] ?? {};
  if (!isMembers(root)) return undefined;
  const optsOut = codesOf(consent['policyRule'], ACT_CODE).includes('OPTOUT');
  if (root['type'] !== undefined && !(root['type'] === 'permit' && optsOut)) {
    // The level above does not matter where the type is written.
    const typed = readProvision(root, 'permit', 'type');
    return typed === undefined ? undefined : [typed];
  }
  const base = baseOf(consent);
  if (base === undefined) return undefined;
  const effect = root['type'] === 'permit' ? 'permit' : base.effect;
  const conditions = conditionsOf(root, 'type');
  const nested = readProvisions(root['provision'], effect, 'type');
  if (conditions === undefined || nested === undefined) return undefined;
  const narrowed: Provision = {
    ...base,
    conditions: [...conditions, ...base.conditions],
    exceptions: [...nested, ...base.exceptions],
  };
  if (conditions.every(({ element }) => element === 'period')) return [narrowed];
  const asException = readProvision(root, base.effect, 'type');
  if (asException === undefined) return undefined;
  return [
    { ...narrowed, effect },
    { ...base, exceptions: [...base.exceptions, asException] },
  ];
}

/** `policyRule`, else one of IHE PCF's own policies among `policy.uri`. */
function baseOf({ policyRule, policy }: Members): Provision | undefined {
  const codes = codesOf(policyRule, ACT_CODE);
  const effect = codes.includes('OPTOUT')
    ? 'deny'
    : codes.length > 0 && codes.every((code) => code === 'OPTIN')
      ? 'permit'
      : undefined;
  if (effect !== undefined) return { effect, conditions: [], exceptions: [] };
  if (codes.length > 0 || policyRule !== undefined) return undefined;
  const uris = Array.isArray(policy) ? policy.map((one) => (isMembers(one) ? one['uri'] : undefined)) : [];
  return uris.length === 1 ? implicitPolicy(uris[0]) : undefined;
}
