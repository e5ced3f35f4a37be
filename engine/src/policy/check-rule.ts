/** What the schema cannot say of a rule: that what it names exists, and that it cannot tell a caller what is hidden (architecture §6, I11). */
import type { FhirTables } from '../fhir/tables.ts';
import { checkCodes } from './codes.ts';
import type { DeIdentification, PolicyRule } from './document.ts';
import { checkEnvironment } from './environment.ts';
import { interactionsOf } from './interactions.ts';
import { refusePolicy } from './refuse-policy.ts';

/** Throws Problem `policy-invalid`; `at` is the rule's place, `rules[2]`. */
export function checkRule(rule: PolicyRule, tables: FhirTables, at: string): void {
  for (const [index, type] of (rule.resources?.types ?? []).entries())
    checkType(type, tables, `${at}.resources.types[${index}]`);
  checkCodes(rule, at);
  checkEnvironment(rule, at);
  if (rule.effect === 'permit') checkPermit(rule, at);
  else checkDeny(rule, at);
}

function checkType(type: string, tables: FhirTables, at: string): void {
  const known = tables.types.get(type);
  if (known === undefined) refusePolicy(at, `FHIR ${tables.version} has no resource type ${type}`);
  if (known.category === 'none') refusePolicy(at, `${type} has no endpoint, so no rule can be about it`);
}

function checkPermit(rule: PolicyRule, at: string): void {
  for (const key of ['elements', 'denyAs', 'announces', 'overridable', 'consentable'] as const) {
    if (rule[key] !== undefined) refusePolicy(`${at}.${key}`, 'belongs on a deny; on a permit leave it out');
  }
  if (rule.caller?.purposesOtherThan !== undefined)
    refusePolicy(`${at}.caller.purposesOtherThan`, 'belongs on a deny; on a permit name the purposes that it is for');
  if (rule.resources?.types === undefined && rule.resources?.categories === undefined) {
    refusePolicy(`${at}.resources`, 'a permit must name types or categories; nothing is permitted by leaving something out');
  }
  const writes = [...interactionsOf(rule.interactions)].some((one) => one === 'create' || one === 'update' || one === 'patch');
  if (rule.mayLabel === true && !writes) refusePolicy(`${at}.mayLabel`, 'belongs on a permit of create, update or patch');
  if (rule.deIdentify && rule.resources.types === undefined)
    refusePolicy(`${at}.deIdentify`, 'name the types of the rule in resources.types');
  if (typeof rule.deIdentify === 'object') checkView(rule, rule.deIdentify, `${at}.deIdentify`);
  if (rule.consentExempt !== undefined && rule.resources.types === undefined)
    refusePolicy(
      `${at}.consentExempt`,
      'name the types of the rule in resources.types; a consent is set aside for named types only',
    );
  const kinds = rule.caller?.kinds ?? [];
  if (kinds.includes('anonymous')) checkAnonymousPermit(rule, at);
}

function checkView(rule: PolicyRule, { pseudonyms, dates }: DeIdentification, at: string): void {
  if (dates === 'shift' && pseudonyms === undefined)
    refusePolicy(`${at}.dates`, 'dates are moved by a key of the project; name it in pseudonyms');
  const others = [...interactionsOf(rule.interactions)].filter((one) => one !== 'read' && one !== 'search');
  if (pseudonyms !== undefined && others.length > 0)
    refusePolicy(`${at}.pseudonyms`, `only read and search can be asked by pseudonyms, not ${others[0]}`);
}

/** without a token, only reading of what is published for everyone. */
function checkAnonymousPermit(rule: PolicyRule, at: string): void {
  const categories = rule.resources?.categories ?? [];
  if (categories.length !== 1 || categories[0] !== 'anonymous') {
    refusePolicy(`${at}.caller.kinds`, 'anonymous callers can only be permitted resources of the categories: [anonymous]');
  }
  for (const interaction of interactionsOf(rule.interactions)) {
    if (interaction !== 'read' && interaction !== 'vread' && interaction !== 'search') {
      refusePolicy(`${at}.interactions`, `anonymous callers can only be permitted read, vread and search, not ${interaction}`);
    }
  }
  for (const key of ['roles', 'clients', 'purposes', 'everyPurpose', 'memberships', 'identities', 'relations'] as const) {
    if (rule.caller?.[key] !== undefined)
      refusePolicy(`${at}.caller.${key}`, 'an anonymous caller has none; use a rule of its own');
  }
}

function checkDeny(rule: PolicyRule, at: string): void {
  for (const key of ['mask', 'clears', 'mayLabel', 'deIdentify', 'obligations', 'consentExempt'] as const) {
    if (rule[key] !== undefined)
      refusePolicy(`${at}.${key}`, 'belongs on a permit; on a deny leave it out (elements withholds elements)');
  }
  if (rule.maskAs !== undefined && rule.elements === undefined) refusePolicy(`${at}.maskAs`, 'belongs beside mask or elements');
  if (rule.elements !== undefined && rule.denyAs !== undefined) {
    refusePolicy(`${at}.denyAs`, 'a deny of elements answers with the rest of the resource; leave denyAs out');
  }
  const tells = rule.denyAs === 'forbidden' || rule.denyAs === 'unauthorized';
  const { labels, codes, where, patients } = rule.resources ?? {};
  const content = codes !== undefined || where !== undefined || patients !== undefined;
  const reads = [
    rule.caller?.relations !== undefined && 'relations',
    rule.caller?.memberships !== undefined && 'memberships',
    labels !== undefined && 'labels',
    content && 'content',
  ].find((one) => one !== false);
  if (tells && reads !== undefined && rule.announces !== true) {
    refusePolicy(
      `${at}.denyAs`,
      `this rule reads ${reads}, so ${rule.denyAs} tells the caller that something is hidden; use not-found, or say announces: true`,
    );
  }
}
