/** SMART App Launch 2.2, standalone launch, as a person would go through it: sign in, choose the patient, allow all that the app asks. */
import { createHash, randomBytes } from 'node:crypto';
import { CliError } from '../cli-error.ts';
import type { Browser, Page } from './browser.ts';
import type { Endpoints } from './discovery.ts';
import { formsOf, type HtmlForm } from './html-form.ts';
import type { State, StateClient } from './state-file.ts';
import { requestToken } from './token-request.ts';

export interface SignIn {
  readonly state: State;
  readonly persona: State['personas'][number];
  readonly client: StateClient;
  readonly scope: string;
  /** Id of the patient to choose; undefined takes the persona's own, else the first offered. */
  readonly patient: string | undefined;
}

/** Steps of the flow at most; a loop ends in an error, not in a hang. */
const MOST_STEPS = 20;

export async function signInForToken(browser: Browser, endpoints: Endpoints, signIn: SignIn): Promise<string> {
  const verifier = randomBytes(32).toString('base64url');
  const state = randomBytes(16).toString('base64url');
  const redirect = signIn.client.redirect_uris[0]!;
  const url = new URL(endpoints.authorization_endpoint);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: signIn.client.client_id,
    redirect_uri: redirect,
    scope: signIn.scope,
    state,
    aud: signIn.state.fhir,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString();
  const back = await walk(browser, url, redirect, signIn);
  const given = back.searchParams;
  if (given.get('state') !== state)
    throw new CliError('The answer does not belong to this request (state differs). Try again.');
  const code = given.get('code');
  if (code === null)
    throw new CliError(`No token: ${given.get('error_description') ?? given.get('error') ?? 'the server gave no code'}.`);
  const form = new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: redirect, code_verifier: verifier });
  return requestToken(browser, endpoints, signIn.client, form);
}

async function walk(browser: Browser, from: URL, redirect: string, signIn: SignIn): Promise<URL> {
  let page = await browser.get(from);
  let signedIn = false;
  let chosen = false;
  for (let step = 0; step < MOST_STEPS; step++) {
    if (page.location !== undefined) {
      if (page.location.href.startsWith(redirect)) return page.location;
      if (page.location.origin !== from.origin)
        throw new CliError(`The server sends people to ${page.location.origin}, which this client has not registered.`);
      page = await browser.get(page.location);
      continue;
    }
    const forms = formsOf(page.text);
    const login = forms.find(({ names }) => names.has('password'));
    if (login !== undefined) {
      if (signedIn)
        throw new CliError(
          `${signIn.persona.username} cannot sign in: the password in the state file does not fit, or the person is disabled.`,
        );
      signedIn = true;
      page = await submit(browser, page, login, [
        ['username', signIn.persona.username],
        ['password', signIn.persona.password],
      ]);
      continue;
    }
    const picker = forms.find(({ buttons }) => buttons.some(([name]) => name === 'patient'));
    if (picker !== undefined) {
      if (chosen)
        throw new CliError(
          `${signIn.persona.name} may not choose the patient ${signIn.patient}. Leave --patient out to take the first offered.`,
        );
      chosen = true;
      page = await submit(browser, page, picker, [['patient', chosenPatient(picker, signIn)]]);
      continue;
    }
    page = await answer(browser, page, forms, signIn);
  }
  throw new CliError('Signing in did not come to an end. Look at the log of Fireguard.');
}

async function answer(browser: Browser, page: Page, forms: readonly HtmlForm[], signIn: SignIn): Promise<Page> {
  const consent = forms.find(({ buttons }) => buttons.some(([name, value]) => name === 'decision' && value === 'allow'));
  if (consent !== undefined) {
    const stays = /(^| )(offline_access|online_access)( |$)/.test(signIn.scope) ? ([['duration', 'stay']] as const) : [];
    // The person's own command, for their own eyes: nothing is kept back from it.
    const sensitive = consent.unticked.filter(([name]) => name === 'sensitive');
    return submit(browser, page, consent, [...sensitive, ...stays, ['decision', 'allow']]);
  }
  if (
    forms.some(({ action }) => /\/(code|recovery-code|passkey|enrol-[a-z]+)$/.test(action)) ||
    page.text.includes('?way=app')
  ) {
    throw new CliError(
      `${signIn.persona.name} signs in with a second step, which this command cannot do. Take another persona.`,
    );
  }
  if (forms.some(({ buttons }) => buttons.some(([name]) => name === 'decision'))) {
    throw new CliError(`${signIn.persona.name} has no patient to choose. Take another persona, or a scope without patient/.`);
  }
  const heading = /<h1[^>]*>([\s\S]*?)<\/h1>/i
    .exec(page.text)?.[1]
    ?.replace(/<[^>]*>/g, '')
    .trim();
  throw new CliError(`The server answered ${page.status}${heading === undefined ? '' : `: ${heading}`}.`);
}

function chosenPatient(picker: HtmlForm, signIn: SignIn): string {
  const offered = picker.buttons.filter(([name]) => name === 'patient').map(([, id]) => id);
  // Asked for by id: sent even when it is not on the first page; the server says whether it may be chosen.
  if (signIn.patient !== undefined) return signIn.patient;
  const own =
    signIn.persona.fhirUser?.startsWith('Patient/') === true ? signIn.persona.fhirUser.slice('Patient/'.length) : undefined;
  return own !== undefined && offered.includes(own) ? own : offered[0]!;
}

/** `set` replaces fields of the same name. */
function submit(browser: Browser, page: Page, form: HtmlForm, set: readonly (readonly [string, string])[]): Promise<Page> {
  const replaced = new Set(set.map(([name]) => name));
  const fields = [...form.fields.filter(([name]) => !replaced.has(name)), ...set];
  return browser.post(
    new URL(form.action, page.url),
    new URLSearchParams(fields.map(([name, value]): [string, string] => [name, value])),
  );
}
