/** `fireguard token`: an access token through the real flows, alone on the last line, for scripts and first tries. */
import type { Command } from './command.ts';

export const token: Command = {
  name: 'token',
  summary: "Get an access token as one of the demo's personas, or as its backend service, and print it",
  options: {
    issuer: { type: 'string', required: true, value: 'URL', what: 'the authorization server, as the demo prints it' },
    persona: { type: 'string', value: 'NAME', what: 'who signs in (needed unless the scope is system/…)' },
    scope: {
      type: 'string',
      required: true,
      value: 'SCOPE',
      what: 'such as "launch/patient patient/*.rs"; system/… uses the backend service',
    },
    patient: { type: 'string', value: 'ID', what: "patient to choose (default: the persona's own, else the first offered)" },
    client: { type: 'string', value: 'ID', what: 'client_id to use (default: the one that is registered for the scope)' },
    state: { type: 'string', value: 'FILE', what: "the demo's state file (default: that of the demo on the issuer's port)" },
  },
  async run(given, out) {
    const { printToken } = await import('./sign-in/print-token.ts');
    return printToken(given, out);
  },
};
