/**
 * http.html#create, #update, #delete of a kept consent: a new version, never a change of an old one. INVARIANT: only what can be enforced is kept, a consent stays with its
 * patient, and the version that was decided on is the one that is followed.
 */
import { randomUUID } from 'node:crypto';
import { JsonEdit, NONE, name, Problem, referenceKey, scan, type UpstreamAnswer } from '@fireguard/engine';
import { addConsentVersionAfter, consentHistory } from '../storage/consents.ts';
import { answer, outcome } from './answers.ts';
import { requireEnforceable } from './enforceable.ts';
import { keptHeaders, keptResource } from './kept-resource.ts';
import type { KeptConsentsGiven } from './with-kept-consents.ts';

const ID = name('id');
const PATIENT = name('patient');
const SUBJECT = name('subject');
const REFERENCE = name('reference');

export async function createKept(body: Uint8Array, given: KeptConsentsGiven): Promise<UpstreamAnswer> {
  const id = randomUUID();
  const document = scan(body);
  const edit = new JsonEdit(document);
  const named = document.member(document.root, ID);
  if (named === NONE) edit.insertMember(document.root, 'id', JSON.stringify(id));
  else edit.replace(named, JSON.stringify(id));
  return added(201, 0, id, edit.apply(), given);
}

/** `expected`: the version that is followed; undefined = it must not exist. */
export async function updateKept(
  id: string,
  expected: string | undefined,
  body: Uint8Array,
  given: KeptConsentsGiven,
): Promise<UpstreamAnswer> {
  const [newest] = await consentHistory(given.db, id);
  const living = newest?.resource === undefined ? undefined : newest;
  if (expected === undefined ? living !== undefined : String(living?.version) !== expected) return outcome(412, 'conflict');
  if (newest !== undefined && newest.patient !== patientOf(body, given))
    throw new Problem('resource-invalid', 'A consent stays with its patient. Give this one another id.');
  return added(living === undefined ? 201 : 200, newest?.version ?? 0, id, body, given);
}

export async function deleteKept(id: string, expected: string | undefined, { db }: KeptConsentsGiven): Promise<UpstreamAnswer> {
  const [newest] = await consentHistory(db, id);
  if (newest?.resource === undefined || String(newest.version) !== expected) return outcome(412, 'conflict');
  const { patient, version } = newest;
  const gone = await addConsentVersionAfter(db, version, { id, patient, resource: undefined });
  return gone === undefined ? outcome(412, 'conflict') : answer(204, undefined);
}

async function added(
  status: 200 | 201,
  after: number,
  id: string,
  resource: Uint8Array,
  given: KeptConsentsGiven,
): Promise<UpstreamAnswer> {
  const patient = patientOf(resource, given);
  requireEnforceable(resource, patient, [given.base, given.upstreamBase]);
  const text = new TextDecoder('utf-8', { fatal: true }).decode(resource);
  const kept = await addConsentVersionAfter(given.db, after, { id, patient, resource: text });
  if (kept === undefined) return outcome(412, 'conflict');
  return answer(status, keptResource(kept), keptHeaders(kept, given.base));
}

/** The bare id. Throws Problem `resource-invalid`. */
function patientOf(resource: Uint8Array, { base, upstreamBase }: KeptConsentsGiven): string {
  const document = scan(resource);
  for (const member of [PATIENT, SUBJECT]) {
    const reference = document.string(document.at(document.root, member, REFERENCE));
    const key = reference === undefined ? undefined : referenceKey(reference, [base, upstreamBase]);
    if (key?.type === 'Patient') return key.id;
  }
  throw new Problem('resource-invalid', 'A consent names its patient as Patient/123.');
}
