/** What must be known beyond a patient's consents in order to judge by them: asked for only when one of them names it. */

import { referenceKey } from '../fhir/reference.ts';
import type { Provision } from './directive.ts';
import { isMembers } from './members.ts';
import { type ReadContext, readConsent } from './read-consent.ts';

export interface ConsentWants {
  /** What the caller is a member of. */
  readonly memberships: boolean;
  /** `Type/id` of resources of which it matters what they point to. */
  readonly pointers: readonly string[];
}

const people: ReadonlySet<string> = new Set(['Practitioner', 'Patient', 'RelatedPerson']);

export function consentWants(texts: readonly Uint8Array[], context: ReadContext): ConsentWants {
  const found = { memberships: false, pointers: new Set<string>() };
  for (const text of texts) {
    const read = readConsent(text, context);
    if (read.kind === 'directive') for (const one of read.directive.readings) look(one, context.bases, found);
  }
  return { memberships: found.memberships, pointers: [...found.pointers] };
}

interface Looking {
  memberships: boolean;
  readonly pointers: Set<string>;
}

function look({ conditions, exceptions }: Provision, bases: readonly string[], found: Looking): void {
  for (const { element, values } of conditions) {
    for (const value of values) {
      if (!isMembers(value)) continue;
      const text = isMembers(value['reference']) ? value['reference']['reference'] : undefined;
      const key = typeof text === 'string' ? referenceKey(text, bases) : undefined;
      if (key === undefined) continue;
      if (element === 'actor' && !people.has(key.type)) found.memberships = true;
      if (element === 'data' && value['meaning'] === 'related') found.pointers.add(`${key.type}/${key.id}`);
    }
  }
  for (const one of exceptions) look(one, bases, found);
}
