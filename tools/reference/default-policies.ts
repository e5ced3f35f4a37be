/** docs/reference/default-policies.md: each rule of the policies that come along, as sentences. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { PolicyDocument, PolicyRule } from '@fireguard/engine';
import { parse } from 'yaml';
import { page } from './markdown.ts';

const source = 'server/policies/default.yaml';

export function defaultPoliciesPage(): string {
  const document = parse(readFileSync(path.resolve(import.meta.dirname, '../..', source), 'utf8')) as PolicyDocument;
  const inWords = (effect: PolicyRule['effect']) =>
    document.rules
      .filter((rule) => rule.effect === effect)
      .map(
        (rule) =>
          `### ${rule.id}\n\n${rule.description}\n\n${facts(rule)
            .map((fact) => `- ${fact}`)
            .join('\n')}`,
      );
  return page(
    'Default policies',
    `\`${source}\``,
    `Policy set \`${document.policySet}\`, version ${document.version}, ${document.combining}: ${document.rules.length} rules. Whatever no rule permits is denied. These are a
starting point to read and copy, not a recommendation for your house; what they decide, case by case, is in [engine/cases](../../engine/cases/README.md). What the
words mean: [Policy language](policy-language.md).`,
    '## Permits',
    ...inWords('permit'),
    '## Denies',
    'Each of these overrides every permit.',
    ...inWords('deny'),
  );
}

function facts(rule: PolicyRule): readonly string[] {
  const { effect, caller, interactions, resources, clears, mask, elements, denyAs } = rule;
  const who = [
    caller?.kinds === undefined ? '' : `kind of caller ${any(caller.kinds)}`,
    caller?.roles === undefined ? '' : `role ${any(caller.roles)}`,
    caller?.relations === undefined ? '' : `relation to the patient ${any(caller.relations)}`,
    caller?.clients === undefined ? '' : `client ${any(caller.clients)}`,
    caller?.purposes === undefined ? '' : `purpose of use ${any(caller.purposes)}`,
    caller?.purposesOtherThan === undefined ? '' : `a purpose of use other than ${any(caller.purposesOtherThan)}, or none`,
  ].filter((part) => part !== '');
  const what = [
    resources?.types === undefined ? '' : `types ${all(resources.types)}`,
    resources?.categories === undefined ? '' : `security categories ${all(resources.categories)}`,
    resources?.labels === undefined ? '' : `a label of ${all(resources.labels.any.map(short))}, or of what these subsume`,
  ].filter((part) => part !== '');
  return [
    `**Who:** ${who.length === 0 ? (effect === 'permit' ? 'everyone who is signed in' : 'everyone') : who.join('; ')}`,
    `**Does:** ${'group' in interactions ? `anything of ${interactions.group.join('')} (create, read, update, delete, execute)` : all(interactions)}`,
    `**With:** ${what.length === 0 ? 'every resource' : what.join('; ')}`,
    ...(resources?.inside === undefined
      ? []
      : [
          resources.inside
            ? '**Where:** only as a part of a stored Bundle'
            : '**Where:** only by itself, not in a stored Bundle',
        ]),
    ...(resources?.where ?? []).map((condition) => `**If:** ${ifIt(condition)}`),
    ...(clears === undefined ? [] : [`**Clears:** ${clearance(clears)}`]),
    ...(mask === undefined ? [] : [`**Masked:** ${all(mask)}`]),
    ...(rule.deIdentify === undefined ? [] : ['**Lets out:** a de-identified view only: codes and amounts']),
    ...(rule.obligations?.labels === undefined ? [] : [`**Travels with it:** ${all(rule.obligations.labels.map(short))}`]),
    ...(rule.obligations?.rationale === undefined ? [] : ['**Demands:** a reason']),
    ...(rule.obligations?.notify === undefined ? [] : ['**Tells:** the officers']),
    ...(rule.consentExempt === undefined ? [] : [`**No consent stands against it:** ${rule.consentExempt}`]),
    ...(rule.fhirVersions === undefined ? [] : [`**In FHIR:** ${all(rule.fhirVersions)}`]),
    ...(elements === undefined ? [] : [`**Withholds only:** ${all(elements)}`]),
    ...(denyAs === undefined ? [] : [`**Answers as:** ${denyAs}`]),
  ];
}

type Condition = NonNullable<NonNullable<PolicyRule['resources']>['where']>[number];

/** Throws for a test that has no words here yet: none may be left out. */
function ifIt({ elements, is, exists, in: values }: Condition): string {
  if (is !== undefined) return `${any(elements)} names ${is === 'caller' ? 'who asks' : 'a group of who asks'}`;
  if (exists !== undefined) return `${any(elements)} is ${exists ? '' : 'not '}there`;
  if (values !== undefined) return `${any(elements)} is ${any(values)}`;
  throw new Error(`no words for a condition on ${elements.join()}`);
}

function clearance({ confidentiality, sensitivities, other }: NonNullable<PolicyRule['clears']>): string {
  const list = (codes: readonly string[] | '*' | undefined, what: string) =>
    codes === undefined ? [] : [codes === '*' ? `every ${what}` : `${what} ${all(codes.map(short))}`];
  const up = confidentiality === undefined ? [] : [`confidentiality up to \`${confidentiality}\``];
  return [...up, ...list(sensitivities, 'sensitivity'), ...list(other, 'other label')].join('; ');
}

const code = (text: string): string => `\`${text}\``;
const all = (list: readonly string[]): string => list.map(code).join(', ');
const any = (list: readonly string[]): string => list.map(code).join(' or ');
/** A label by its code alone; the systems stand in the file. */
const short = (label: string): string => label.slice(label.indexOf('|') + 1);
