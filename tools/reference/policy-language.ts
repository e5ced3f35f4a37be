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
    `- Types, elements and HL7 codes that are named must exist in FHIR R4; \`Encounter.reasonCod\` is an error, not a rule that never applies. Codes of other systems are yours.
- A permit names \`types\` or \`categories\`: nothing is permitted by leaving something out.
- \`mask\`, \`clears\` and \`mayLabel\` belong to permits; \`elements\`, \`denyAs\`, \`announces\`, \`overridable\` and \`consentable\` to denies. Whoever writes CareTeam, Consent, Contract, Group, Permission, Person, PractitionerRole or RelatedPerson needs a permit that names the type: what they say decides who may see what. \`id\`, \`meta\` and \`resourceType\` cannot be withheld.
- A permit for \`anonymous\` callers can only be about \`categories: [anonymous]\`, and only read, vread and search.
- A deny that reads \`relations\` or \`labels\` cannot answer \`forbidden\` or \`unauthorized\` unless it says \`announces: true\`.
- Ids of rules are unique among all documents, names of policy sets too.`,
    '## How rules combine',
    `1. Without a permit that applies, everything is denied.
2. One deny that applies overrides every permit (\`deny-overrides\`, the only algorithm so far). A deny with \`elements\` withholds these and nothing else.
3. A permit with \`relations\` wants one of them to **every** patient whom the resource is about. A deny with \`relations\` takes one to **any** of them.
4. A permit must clear every protective label of the resource, all by itself: confidentiality above N, sensitivities, compartments, privacy laws, and duties
   that bind disclosure. A label that is not known counts as the most restrictive of its kind.
5. \`mask\` withholds an element from those whom only rules with this mask permit. Another permit without the mask shows it.
6. Scopes bound what a token may ask and never permit anything. A patient's consent can close a record and never opens one.

\`overridable\` and \`consentable\` are read and kept; break-the-glass and consents that lift a deny are not served yet.`,
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
