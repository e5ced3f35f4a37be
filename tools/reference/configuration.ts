/** docs/reference/configuration.md: one row a key, from the JSON Schema that is published beside it. */
import { configurationJsonSchema } from '../../server/src/config/json-schema.ts';
import { page, table } from './markdown.ts';

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
}

export function configurationPage(): string {
  const schema = JSON.parse(configurationJsonSchema()) as Schema;
  return page(
    'Configuration',
    'the schema that checks it',
    `One YAML file, \`fireguard.yaml\`, read by \`fireguard serve\`. An unknown key stops the start. Every value of a secret is written as a reference, \`\${env:NAME}\` or
\`\${file:path}\`, which must be the whole value. Relative paths start from the file's folder. \`fireguard config check\` says whether it can be used;
\`fireguard config print\` shows it with all defaults, secrets masked. Editors can use [configuration.schema.json](configuration.schema.json).

Keys whose description begins with WEAKENING give up a check. They are said aloud at every start, and recorded.`,
    table(['key', 'value', 'default', 'what it is'], rowsOf(schema, '', [])),
  );
}

function rowsOf(schema: Schema, at: string, required: readonly string[]): readonly (readonly string[])[] {
  const forms = schema.anyOf ?? [schema];
  const inner = forms.flatMap((form) => [
    ...Object.entries(form.properties ?? {}).flatMap(([key, member]) =>
      rowsOf(member, at === '' ? key : `${at}.${key}`, form.required ?? []),
    ),
    ...(form.items?.properties === undefined ? [] : rowsOf(form.items, `${at}[]`, [])),
  ]);
  const name = at.split('.').at(-1)!;
  const isSection = forms.some((form) => form.properties !== undefined);
  if (at === '' || (isSection && schema.description === undefined)) return inner;
  const preset =
    schema.default === undefined
      ? required.includes(name) && !isSection
        ? 'needed'
        : ''
      : `\`${JSON.stringify(schema.default)}\``;
  return [[`\`${at}\``, isSection ? 'section' : wordsFor(schema), isSection ? '' : preset, schema.description ?? ''], ...inner];
}

function wordsFor({ type, enum: names, items, minimum, maximum }: Schema): string {
  if (names !== undefined) return names.map((name) => `\`${name}\``).join(', ');
  if (type === 'array') return `list of ${items?.type ?? 'values'}`;
  const isBounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  if (type === 'integer')
    return minimum === undefined ? 'number' : isBounded ? `number, ${minimum} to ${maximum}` : `number, from ${minimum}`;
  return type === 'boolean' ? '`true`, `false`' : 'text';
}
