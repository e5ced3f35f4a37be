/** Writes the small values that we build ourselves. What came from elsewhere is never written again: its bytes are copied. */
import type { JsonValue } from './value.ts';

/** Minimal JSON text. Throws (a bug) on what JSON cannot say: infinite numbers, unpaired surrogates, names that would need an escape. */
export function text(value: JsonValue): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Error('not a finite number');
    return JSON.stringify(value);
  }
  if (typeof value === 'string') return stringText(value);
  if (isArray(value)) return `[${value.map(text).join(',')}]`;
  const members = Object.entries(value).map(([name, member]) => {
    const quoted = stringText(name);
    if (quoted.includes('\\')) throw new Error('the name would need an escape');
    return `${quoted}:${text(member)}`;
  });
  return `{${members.join(',')}}`;
}

function stringText(value: string): string {
  if (!value.isWellFormed()) throw new Error('an unpaired surrogate');
  return JSON.stringify(value);
}

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
