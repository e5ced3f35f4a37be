/** Somebody who was not there before, added as an administrator would: what is done to them disturbs no other row. */
import { randomBytes } from 'node:crypto';
import type { Persona, Subject } from './subject.ts';

export async function newPerson(
  subject: Subject,
  more: { readonly roles: readonly string[]; readonly fhirUser?: string },
): Promise<Persona & { readonly id: string }> {
  const username = `person-${randomBytes(4).toString('hex')}`;
  const password = `kept for ${randomBytes(9).toString('base64url')} alone`;
  const { id } = await subject.admin('POST', '/people', { username, name: 'Somebody Else', password, ...more });
  return { id: String(id), username, password };
}
