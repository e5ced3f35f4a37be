/** Members of a JSON value, as far as they are of the kind that is wanted; what is otherwise is absent. */
import type { JsonValue } from '../json/value.ts';

export type Plain = { readonly [name: string]: JsonValue };

export function isPlain(value: JsonValue | undefined): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textOf(value: Plain, name: string): string | undefined {
  const member = value[name];
  // Half a surrogate pair can be written in JSON, and cannot be written again.
  return typeof member === 'string' ? member.toWellFormed() : undefined;
}

export function plainsOf(value: Plain, name: string): readonly Plain[] {
  const member = value[name];
  return Array.isArray(member) ? (member as readonly JsonValue[]).filter(isPlain) : [];
}
