/** What `npm start` prints once everything answers: places, people, and lines to paste: one permitted, one masked, one denied, one that breaks the glass. */
import type { DemoPersona } from './demo-file.ts';
import type { State } from './state-file.ts';

const CATEGORY = 'Category: http://terminology.hl7.org/CodeSystem/v3-ActReason#BTG; scheme="http://hl7.org/fhir/tag/security"';

/** `home`: as the commands of the second terminal must be told it; undefined for the default. */
export function banner(
  state: State,
  personas: readonly DemoPersona[],
  notes: readonly string[],
  took: number,
  home: string | undefined,
): string {
  const curl = state.ca === undefined ? 'curl -s' : 'curl -s --cacert "$CA"';
  const as = (persona: string, scope: string) =>
    `-H "Authorization: Bearer $(npx fireguard token --issuer ${state.issuer} --persona ${persona} --scope '${scope}')"`;
  const closed = personas.find(({ name }) => name === 'patient-1')?.fhirUser?.slice('Patient/'.length) ?? 'ID';
  const width = Math.max(...personas.map(({ username }) => username.length));
  return `
Fireguard is ready (${took.toFixed(1)} s). Synthetic or your own data only: this is a demo, on this machine alone.

  FHIR API   ${state.fhir}
  Sign-in    ${state.issuer}/account     a person’s own pages: password, second step, ${state.issuer}/my-apps
  Console    ${state.console}     sign in as privacy-officer
  EHR        ${state.ehr}     a simulated one, that opens an app with a patient in context

People, with their passwords
${personas.map(({ username, password, display }) => `  ${username.padEnd(width)}   ${password}   ${display}`).join('\n')}
${notes.length === 0 ? '' : `\n${notes.map((note) => `  ${note}`).join('\n')}\n`}
Paste into a second terminal, in this folder${state.ca === undefined ? '' : `\n\n  CA=${home ?? '.fireguard'}/tls/test-ca.pem`}

  # permitted: the family physician reads a patient of theirs
  ${curl} ${as('family-physician', 'user/*.rs')} '${state.fhir}/Patient?_count=1'

  # masked: the billing clerk sees that there was an emergency, not why
  ${curl} ${as('billing-clerk', 'user/*.rs')} '${state.fhir}/Encounter?class=EMER&_count=1'

  # denied: the researcher has no business with identified patients; the reason is for the officers, not for the caller
  ${curl} ${as('researcher', 'user/*.rs')} '${state.fhir}/Patient?_count=1'

  # break-the-glass: refused, until you give a reason, as emergency-physician, at
  #   ${state.issuer}/break-glass?patient=${closed}
  # then it opens, for 15 minutes, and waits for its review: npx fireguard break-glass list
  ${curl} ${as('emergency-physician', 'user/*.rs')} -H '${CATEGORY}' '${state.fhir}/Patient/${closed}'

  # the first three, with the rule that decided each
  npx fireguard audit list --kind request --limit 3${home === undefined ? '' : ` --home ${home}`}

Ctrl-C stops everything; nothing is lost.`;
}
