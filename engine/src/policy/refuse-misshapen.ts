/** Checks a parsed value against `policySchema`: exactly the keywords that it uses, unknown keys refused, the place named in the error. */
import { refusePolicy } from './refuse-policy.ts';
import type { Schema } from './schema-words.ts';

/** `at` is where the value stands (`rules[2].caller`); throws Problem `policy-invalid` at the first fault. */
export function refuseMisshapen(value: unknown, schema: Schema, at: string): void {
  if (schema.anyOf !== undefined) {
    const branch = schema.anyOf.find((candidate) => candidate.type === typeOf(value));
    if (branch === undefined) refusePolicy(at, `write ${schema.description ?? 'one of the known forms'}`);
    refuseMisshapen(value, branch, at);
    return;
  }
  if (schema.type !== typeOf(value)) refusePolicy(at, `write ${schema.description ?? article(schema.type)}`);
  switch (schema.type) {
    case 'object':
      refuseMisshapenObject(value as Readonly<Record<string, unknown>>, schema, at);
      break;
    case 'array':
      refuseMisshapenList(value as readonly unknown[], schema, at);
      break;
    case 'string':
      refuseMisshapenText(value as string, schema, at);
      break;
    case 'integer':
      if ((value as number) < (schema.minimum ?? 0)) refusePolicy(at, `write ${schema.description}`);
      break;
    case 'boolean':
    case undefined:
      break;
  }
}

function refuseMisshapenObject(value: Readonly<Record<string, unknown>>, schema: Schema, at: string): void {
  const properties = schema.properties ?? {};
  const inside = (key: string): string => (at === '' ? key : `${at}.${key}`);
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(properties, key))
      refusePolicy(inside(key), `unknown key; known here: ${Object.keys(properties).join(', ')}`);
  }
  for (const key of schema.required ?? []) if (!Object.hasOwn(value, key)) refusePolicy(inside(key), 'is missing');
  if (Object.keys(value).length < (schema.minProperties ?? 0))
    refusePolicy(at, `is empty; write ${schema.description}, or leave it out`);
  for (const key of Object.keys(value)) refuseMisshapen(value[key], properties[key]!, inside(key));
}

function refuseMisshapenList(value: readonly unknown[], schema: Schema, at: string): void {
  if (value.length < (schema.minItems ?? 0)) refusePolicy(at, 'the list is empty; name something, or leave the key out');
  value.forEach((item, index) => {
    refuseMisshapen(item, schema.items!, `${at}[${index}]`);
  });
}

function refuseMisshapenText(value: string, schema: Schema, at: string): void {
  if (schema.enum !== undefined && !schema.enum.includes(value)) refusePolicy(at, `write one of: ${schema.enum.join(', ')}`);
  const short = value.length < (schema.minLength ?? 0);
  const odd = schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value);
  if (short || odd) refusePolicy(at, `write ${schema.description ?? 'something'}`);
}

function typeOf(value: unknown): Schema['type'] | 'null' | 'number' {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value as 'object' | 'string' | 'boolean';
}

function article(type: Schema['type']): string {
  return type === 'object' || type === 'array' || type === 'integer' ? `an ${type}` : `a ${type}`;
}
