/** `fireguard token`: an access token through the real flows, alone on the last line, for scripts and first tries. */
import { existsSync, readFileSync } from 'node:fs';
import { parseScopes } from '@fireguard/engine';
import { CliError } from './cli-error.ts';
import type { Command } from './command.ts';
import { signInForToken } from './sign-in/authorization-code.ts';
import { openBrowser } from './sign-in/browser.ts';
import { chooseClient } from './sign-in/choose-client.ts';
import { discover } from './sign-in/discovery.ts';
import { readState, type State } from './sign-in/state-file.ts';
import { requestToken } from './sign-in/token-request.ts';

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
    const issuer = given.needed('issuer').replace(/\/+$/, '');
    if (URL.parse(issuer) === null)
      throw new CliError(`--issuer takes a URL such as http://localhost:8080, not "${issuer}".`, 2);
    const scope = given.needed('scope');
    const state = await readState(given.text('state'), issuer);
    const client = chooseClient(state, scope, given.text('client'));
    const browser = openBrowser(authorityOf(state));
    try {
      const endpoints = await discover(browser, issuer);
      if (client.kind === 'backend') {
        out.tell(`As the backend service ${client.client_id}.`);
        out.print(
          await requestToken(browser, endpoints, client, new URLSearchParams({ grant_type: 'client_credentials', scope })),
        );
        return 0;
      }
      const persona = personaOf(state, given.text('persona'), scope);
      out.tell(`As ${persona.name}, through ${client.client_id}.`);
      out.print(await signInForToken(browser, endpoints, { state, persona, client, scope, patient: given.text('patient') }));
      return 0;
    } finally {
      await browser.close();
    }
  },
};

function personaOf(state: State, name: string | undefined, scope: string): State['personas'][number] {
  const names = state.personas.map((one) => one.name).join(', ');
  if (name === undefined) {
    const mixed = parseScopes(scope).some((one) => one.kind === 'resource' && one.context === 'system');
    throw new CliError(
      mixed
        ? 'This client is not a backend service; name a persona with --persona.'
        : `Who signs in? Name one with --persona: ${names}.`,
      2,
    );
  }
  const found = state.personas.find((one) => one.name === name || one.username === name);
  if (found === undefined) throw new CliError(`The state file knows no persona ${name}. It knows: ${names}.`);
  return found;
}

/** The state file gives the authority as PEM, or as the path of one. */
function authorityOf({ ca }: State): string | undefined {
  if (ca === undefined || ca.includes('-----BEGIN CERTIFICATE-----')) return ca;
  if (!existsSync(ca)) throw new CliError(`The certificate authority ${ca} of the state file cannot be read.`);
  return readFileSync(ca, 'utf8');
}
