/** What is kept must be what is enforced: a consent that nobody can read would close the record of its patient, and is better refused to whoever writes it. */
import { Problem, readConsent } from '@fireguard/engine';

/** `resource`: a Consent as JSON. Throws Problem `resource-invalid` with the reason, in words for the writer. */
export function requireEnforceable(resource: Uint8Array, patient: string, bases: readonly string[]): void {
  const read = readConsent(resource, { patient, bases });
  if (read.kind === 'none') return;
  if (read.kind === 'unreadable')
    throw refused(
      'its members are of several FHIR versions, or its decision cannot be told (in R4 the type of the root provision, or policyRule OPTIN or OPTOUT)',
    );
  const unknown = new Set<string>();
  for (const reading of read.directive.readings) collect(reading, unknown);
  if (unknown.size > 0) throw refused(`a provision holds what is not understood (${[...unknown].sort().join(', ')})`);
}

type Reading = Extract<ReturnType<typeof readConsent>, { readonly kind: 'directive' }>['directive']['readings'][number];

function collect({ conditions, exceptions }: Reading, into: Set<string>): void {
  for (const { element, values } of conditions) if (element === 'unknown') for (const value of values) into.add(String(value));
  for (const exception of exceptions) collect(exception, into);
}

function refused(reason: string): Problem {
  return new Problem('resource-invalid', `This is no Consent that could be enforced: ${reason}.`);
}
