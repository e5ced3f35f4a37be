/** FHIR R5 and R6 consent.html: `decision` is the base, provisions are exceptions to it, and each level turns the one above around. */
import type { Provision } from './directive.ts';
import { implicitPolicy } from './implicit-policy.ts';
import { isMembers, type Members } from './members.ts';
import type { ReadContext } from './read-consent.ts';
import { readProvisions } from './read-provision.ts';
import { hasOther, names } from './read-r4.ts';

const CATEGORIES = 'http://terminology.hl7.org/CodeSystem/consentcategorycodes';
/** Advance directives and orders about treatment: not about privacy. */
const otherCategories: ReadonlySet<string> = new Set(['acd', 'dnr', 'hcd', 'polst']);

const members: ReadonlySet<string> = new Set([
  ...['resourceType', 'id', 'meta', 'language', 'text', 'contained', 'extension', 'implicitRules'],
  ...['identifier', 'status', 'category', 'subject', 'date', 'period', 'grantor', 'grantee', 'manager', 'controller'],
  ...['sourceAttachment', 'sourceReference', 'regulatoryBasis', 'policyBasis', 'policyText', 'verification'],
  ...['decision', 'provision'],
]);

export function readR5(consent: Members, context: ReadContext): readonly Provision[] | 'none' | 'unreadable' {
  if (!isAboutPrivacy(consent['category'])) return 'none';
  if (consent['implicitRules'] !== undefined || hasOther(consent, members)) return 'unreadable';
  if (!names(consent['subject'], context)) return 'unreadable';
  const { decision, period, provision, policyBasis } = consent;
  const when = period === undefined ? [] : [{ element: 'period', values: [period] } as const];
  if (decision === undefined) {
    const url = isMembers(policyBasis) ? (policyBasis['uri'] ?? policyBasis['url']) : undefined;
    const base = implicitPolicy(url);
    // Without a decision there is nothing that provisions could be exceptions to.
    return base === undefined || provision !== undefined
      ? 'unreadable'
      : [{ ...base, conditions: [...when, ...base.conditions] }];
  }
  if (decision !== 'permit' && decision !== 'deny') return 'unreadable';
  const exceptions = readProvisions(provision, decision, 'no type');
  return exceptions === undefined ? 'unreadable' : [{ effect: decision, conditions: when, exceptions }];
}

function isAboutPrivacy(category: unknown): boolean {
  const codings = Array.isArray(category)
    ? category.flatMap((one) => (isMembers(one) && Array.isArray(one['coding']) ? one['coding'] : [undefined]))
    : [];
  const other = codings.map(
    (coding) => isMembers(coding) && coding['system'] === CATEGORIES && otherCategories.has(String(coding['code'])),
  );
  return other.length === 0 || !other.every((one) => one);
}
