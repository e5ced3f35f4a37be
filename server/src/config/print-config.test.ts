import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { z } from 'zod';
import { printConfig } from './print-config.ts';
import { configuration } from './schema.ts';

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

const MARK = 'hidden-from-everybody';

/** A value with the mark at every place that the schema wants written as a reference, and what else is needed around it. */
function marked(schema: Schema): unknown {
  if (/reference/.test(schema.description ?? '')) return schema.type === 'array' ? [MARK] : MARK;
  const parts = [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  const members = parts.flatMap(({ properties }) => Object.entries(properties ?? {}));
  const found = members.flatMap(([name, inner]) => {
    const value = marked(inner);
    return value === undefined ? [] : [[name, value] as const];
  });
  if (found.length > 0) return Object.fromEntries(found);
  const item = parts.flatMap(({ items }) => (items === undefined ? [] : [marked(items)])).find((value) => value !== undefined);
  return item === undefined ? undefined : [item];
}

test('whatever is to be written as a reference is not printed', () => {
  const secrets = marked(z.toJSONSchema(configuration, { io: 'input', unrepresentable: 'any' }) as Schema);
  expect(stringify(secrets).split(MARK).length - 1).toBeGreaterThanOrEqual(9);
  const printed = printConfig(secrets as never);
  expect(printed.split('\n').filter((line) => line.includes(MARK))).toEqual([]);
});
