/** What `fireguard token` does: state file, client, flow. Apart from the command itself, so that the other commands need not load it. */
import { existsSync, readFileSync } from 'node:fs';
import { parseScopes } from '@fireguard/engine';
import { CliError } from '../cli-error.ts';
import type { Given, Output } from '../command.ts';
import { signInForToken } from './authorization-code.ts';
import { openBrowser } from './browser.ts';
import { chooseClient } from './choose-client.ts';
import { discover } from './discovery.ts';
import { readState, type State } from './state-file.ts';
import { requestToken } from './token-request.ts';

export async function printToken(given: Given, out: Output): Promise<number> {
  const issuer = given.needed('issuer').replace(/\/+$/, '');
  if (URL.parse(issuer) === null) throw new CliError(`--issuer takes a URL such as http://localhost:8080, not "${issuer}".`, 2);
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
}

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
