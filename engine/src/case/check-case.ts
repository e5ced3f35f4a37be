/** Refuses what is not a book of cases. INVARIANT: an unknown key is an error: a misspelt condition would be no condition. */
import { type FhirVersion, fhirVersions } from '../fhir/version.ts';
import { decidedInteractions } from '../policy/interactions.ts';
import { Problem } from '../problem.ts';
import type { CallerWords, Case, CaseBook } from './case.ts';

const caseKeys: ReadonlySet<string> = new Set<keyof Case>([
  ...([
    'case',
    'caller',
    'but',
    'asks',
    'when',
    'fhirVersion',
    'id',
    'resource',
    'labels',
    'undetermined',
    'relations',
    'consents',
  ] as const),
  ...(['site', 'labelled', 'encounters', 'pointers'] as const),
  ...(['memberships', 'expect', 'rules', 'mask', 'withholds', 'shows', 'obligations', 'denyAs', 'cause', 'stepUp'] as const),
]);
const siteKeys: ReadonlySet<string> = new Set<keyof NonNullable<Case['site']>>([
  'conflict',
  'implicit',
  'onlyVerified',
  'purposesRequired',
]);
const callerKeys: ReadonlySet<string> = new Set<keyof CallerWords>([
  ...(['kind', 'roles', 'fhirUser', 'patient', 'scopes', 'purposes', 'client', 'address', 'signIn', 'certificate'] as const),
  ...(['issuer', 'override', 'expiresAt', 'rationale'] as const),
]);
const bookKeys: ReadonlySet<string> = new Set<keyof CaseBook>(['title', 'callers', 'cases']);

type Members = Readonly<Record<string, unknown>>;

/** A parsed file of cases. Throws Problem `policy-invalid`; `detail` names the case and the place. */
export function checkBook(value: unknown): CaseBook {
  const book = members(value, 'the file', bookKeys);
  if (typeof book['title'] !== 'string') refuse('title', 'write in a few words what the cases are about');
  if (!Array.isArray(book['cases'])) refuse('cases', 'write a list of cases');
  checkCallers(book['callers']);
  for (const one of book['cases'] as readonly unknown[]) checkCase(one);
  return book as unknown as CaseBook;
}

/** Throws Problem `policy-invalid`. */
export function checkCallers(value: unknown): Readonly<Record<string, CallerWords>> {
  if (value === undefined) return {};
  const callers = members(value, 'callers');
  for (const [name, words] of Object.entries(callers)) {
    const caller = members(words, `caller ${name}`, callerKeys);
    if (!isTexts(caller['roles'])) refuse(`caller ${name}.roles`, 'write a list of roles; [] for none');
    if (typeof caller['scopes'] !== 'string') refuse(`caller ${name}.scopes`, 'write the scopes as a text');
  }
  return callers as Readonly<Record<string, CallerWords>>;
}

/** Throws Problem `policy-invalid`. */
export function checkCase(value: unknown): Case {
  const title = (value as Members | null)?.['case'];
  const place = typeof title === 'string' ? `case “${title}”` : 'a case without a name';
  const one = members(value, place, caseKeys);
  for (const key of ['case', 'caller', 'asks', 'expect'] as const)
    if (typeof one[key] !== 'string') refuse(`${place}, ${key}`, 'is missing');
  if (!['permit', 'deny', 'refused'].includes(one['expect'] as string))
    refuse(`${place}, expect`, 'write permit, deny or refused');
  const [interaction, type, ...more] = (one['asks'] as string).split(' ');
  const known: readonly string[] = [...decidedInteractions, 'capabilities', 'batch', 'transaction'];
  if (type === undefined || more.length > 0 || !known.includes(interaction!))
    refuse(`${place}, asks`, 'write an interaction and a type, such as read Observation');
  if (one['fhirVersion'] !== undefined && !fhirVersions.includes(one['fhirVersion'] as FhirVersion))
    refuse(`${place}, fhirVersion`, `write one of: ${fhirVersions.join(', ')}`);
  for (const key of ['labels', 'rules', 'mask', 'withholds', 'shows', 'obligations', 'stepUp', 'memberships'] as const)
    if (one[key] !== undefined && !isTexts(one[key])) refuse(`${place}, ${key}`, 'write a list of texts');
  if (one['but'] !== undefined) members(one['but'], `${place}, but`, callerKeys);
  if (one['site'] !== undefined) members(one['site'], `${place}, site`, siteKeys);
  if (one['labelled'] !== undefined && one['labelled'] !== 'by-rules')
    refuse(`${place}, labelled`, 'write by-rules, or leave it out');
  for (const key of ['resource', 'relations', 'consents', 'encounters', 'pointers'] as const)
    if (one[key] !== undefined) members(one[key], `${place}, ${key}`);
  if (one['when'] !== undefined && Number.isNaN(Date.parse(String(one['when']))))
    refuse(`${place}, when`, 'write a time, such as 2026-05-01T22:00Z');
  return one as unknown as Case;
}

function members(value: unknown, place: string, known?: ReadonlySet<string>): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(place, 'write names and values');
  const unknown = known && Object.keys(value).find((key) => !known.has(key));
  if (unknown !== undefined) refuse(`${place}, ${unknown}`, `unknown key; known here: ${[...known!].join(', ')}`);
  return value as Members;
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function refuse(at: string, what: string): never {
  throw new Problem('policy-invalid', 'A file of cases is not valid.', { detail: `${at}: ${what}` });
}
