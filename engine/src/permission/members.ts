/** Reading parsed JSON by name: what is there must be what the specification says, or the import ends with the place and what to do. */
import { Problem } from '../problem.ts';

export type Members = Readonly<Record<string, unknown>>;

/** Throws Problem `policy-invalid`. */
export function refuseImport(at: string, what: string): never {
  throw new Problem('policy-invalid', 'A Permission cannot be kept as a policy.', { detail: `${at}: ${what}` });
}

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A list of objects; absent is empty, a single object is one (R5 and R6 differ in how often some elements may come). */
export function listAt(holder: Members, key: string, at: string): readonly Members[] {
  const value = holder[key];
  if (value === undefined) return [];
  const list = Array.isArray(value) ? value : [value];
  if (!list.every(isMembers)) refuseImport(`${at}.${key}`, 'is not what FHIR has there');
  return list as readonly Members[];
}

export function textAt(holder: Members, key: string): string | undefined {
  const value = holder[key];
  return typeof value === 'string' ? value : undefined;
}

/** `known`: what is understood. Anything else, extensions that change the meaning included, ends the import. */
export function onlyKnown(holder: Members, known: readonly string[], at: string): void {
  const other = Object.keys(holder).find(
    (key) => !known.includes(key.replace(/^_/, '')) && key !== 'id' && key !== 'extension',
  );
  if (other !== undefined) refuseImport(`${at}.${other}`, 'has no meaning in the policy language, so the whole is refused');
}

export interface Coded {
  readonly system: string;
  readonly code: string;
}

/** A Coding, or the only Coding of a CodeableConcept. */
export function codedAt(value: Members, at: string): Coded {
  const coding = value['coding'] === undefined ? [value] : listAt(value, 'coding', at);
  const [first, ...more] = coding;
  const [system, code] = first === undefined ? [] : [textAt(first, 'system'), textAt(first, 'code')];
  if (system === undefined || code === undefined) refuseImport(at, 'needs a system and a code');
  if (more.length > 0) refuseImport(at, 'has several codings; which one is meant cannot be told');
  return { system, code };
}
