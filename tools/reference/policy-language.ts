/** docs/reference/policy-language.md: the keys of a policy document, from the schema that checks it. */
import { policySchema } from '@fireguard/engine';
import { page, table } from './markdown.ts';

type Schema = typeof policySchema;

export function policyLanguagePage(): string {
  return page(
    'Policy language',
    'the schema that checks policies (`engine/src/policy/schema.ts`)',
    `A policy document is YAML (or JSON): data, not code. \`fireguard policy check FILE\` says what is wrong with one, in words. One wrong rule refuses the whole set, and the
server does not start with it. Editors can use [policy.schema.json](policy.schema.json). How to write one: [Write a policy](../how-to/write-a-policy.md).`,
    table(['key', 'value', 'needed', 'meaning'], rowsOf(policySchema, '', false)),
    '## What the schema cannot say',
    `- Types, elements and HL7 codes that are named must exist in the FHIR version that is protected; \`Encounter.reasonCod\` is an error, not a rule that never applies. Codes of other systems are yours.
- A permit names \`types\` or \`categories\`: nothing is permitted by leaving something out. \`deIdentify\` and \`consentExempt\` want \`types\`.
- \`deIdentify: { pseudonyms: PROJECT }\` belongs on rules of \`read\` and \`search\` alone. A caller whom such a rule lets in is let in by rules of that project and by nothing else; two projects at once let nobody in. \`dates: shift\` wants \`pseudonyms\`.
- \`mask\`, \`clears\`, \`mayLabel\`, \`deIdentify\`, \`obligations\` and \`consentExempt\` belong to permits; \`elements\`, \`denyAs\`, \`announces\`, \`overridable\`, \`consentable\` and \`unless\` to denies; \`environment.assurance\` to permits, and to \`unless\`. Whoever writes CareTeam, Consent, Contract, Group, Permission, Person, PractitionerRole or RelatedPerson needs a permit that names the type: what they say decides who may see what. \`id\`, \`meta\` and \`resourceType\` cannot be withheld.
- A permit for \`anonymous\` callers can only be about \`categories: [anonymous]\`, and only read, vread and search.
- A deny that reads relations, memberships, labels or content cannot answer \`forbidden\` or \`unauthorized\` unless it says \`announces: true\`.
- \`where\` and \`codes.at\` name elements of every type of the rule. \`codes\` of a permit say \`at\`. Value sets must name their codes one by one; a filter or a whole system must be loaded expanded.
- \`maskAs\` is for first elements of a resource.
- Ids of rules are unique among all documents, names of policy sets too.`,
    '## How rules combine',
    `1. Without a permit that applies, everything is denied.
2. The rules of one set combine as \`combining\` says; between sets a deny always wins. With \`deny-overrides\` one deny that applies overrides every permit. A deny with \`elements\` withholds these and nothing else,
   whatever the algorithm. Of an ordered set the first permit that applies alone says what is masked and obliged to. \`permit-unless-deny\` permits what it does not deny, to those who signed in and up to normal confidentiality.
3. A permit with \`relations\` wants one of them to **every** patient whom the resource is about. A deny with \`relations\` takes one to **any** of them.
4. What cannot be told makes a deny hold and a permit not: a concept without any code, a person who is only a name, memberships that are not known, an address that cannot be read.
5. A permit must clear every protective label of the resource, all by itself: confidentiality above N, sensitivities, compartments, privacy laws, and duties
   that bind disclosure. A label that is not known counts as the most restrictive of its kind.
6. \`mask\` withholds an element from those whom only rules with this mask permit. Another permit without the mask shows it. The labels of \`obligations\` of every permit that applies are put on.
7. \`environment\` and \`unless\` are settled before anything is looked up. Where a surer or more recent sign-in is all that is missing, that is what is answered (401, RFC 9470).
8. Scopes bound what a token may ask and never permit anything. A patient's consent can close a record, lifts only denies that are \`consentable\`, and does not stand against a permit with \`consentExempt\`.`,
  );
}

function rowsOf(schema: Schema, at: string, isNeeded: boolean): readonly (readonly string[])[] {
  const own = at === '' ? [] : [[`\`${at}\``, wordsFor(schema), isNeeded ? 'yes' : '', schema.description ?? '']];
  const inner = [schema, ...(schema.items === undefined ? [] : [schema.items]), ...(schema.anyOf ?? [])].flatMap((form) =>
    Object.entries(form.properties ?? {}).flatMap(([key, member]) =>
      rowsOf(
        member,
        `${at}${at === '' ? '' : schema.items === form ? '[].' : '.'}${key}`,
        form.required?.includes(key) ?? false,
      ),
    ),
  );
  return [...own, ...inner];
}

function wordsFor(schema: Schema): string {
  if (schema.anyOf !== undefined) return schema.anyOf.map(wordsFor).join(' or ');
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (schema.type === 'array') return schema.items?.type === 'object' ? 'list' : `list of ${wordsFor(schema.items!)}`;
  switch (schema.type) {
    case 'object':
      return 'map';
    case 'integer':
      return 'number';
    case 'boolean':
      return '`true`, `false`';
    default:
      return 'text';
  }
}
