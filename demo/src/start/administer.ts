/**
 * Registers personas, clients and relations through the admin API, as anybody would. It is only done in a home that was never completed: what an
 * unfinished start left there, with secrets that nobody was told, is replaced.
 */
import { Agent, request } from 'undici';
import type { PersonaFact } from '../binding/persona.ts';
import { type PlannedClient, publicPart } from './clients.ts';
import type { DemoClient, DemoPersona } from './demo-file.ts';
import { DemoProblem } from './options.ts';

export interface Admin {
  /** `<issuer>/admin`. */
  readonly url: string;
  readonly token: string;
  readonly ca: string | undefined;
}

export async function addPersonas(
  admin: Admin,
  personas: readonly DemoPersona[],
  facts: readonly PersonaFact[],
): Promise<void> {
  const ask = asker(admin);
  const there = (await ask('GET', '/people'))['people'] as readonly { readonly id: string; readonly username: string }[];
  for (const { name, username, display, roles, password, fhirUser } of personas) {
    const left = there.find((person) => person.username === username);
    if (left !== undefined) await ask('DELETE', `/people/${left.id}`);
    const person = await ask('POST', '/people', {
      username,
      name: display,
      roles,
      password,
      ...(fhirUser === undefined ? {} : { fhirUser }),
    });
    const relations = facts.filter(({ user }) => user === name).map(({ relation, patient }) => ({ relation, patient }));
    if (relations.length > 0) await ask('PUT', `/people/${String(person['id'])}/relations`, { relations });
  }
}

export async function addClients(admin: Admin, planned: readonly PlannedClient[]): Promise<readonly DemoClient[]> {
  const ask = asker(admin);
  const there = (await ask('GET', '/clients'))['clients'] as readonly { readonly id: string }[];
  const added: DemoClient[] = [];
  for (const { name, roles, client_id, kind, redirect_uris, scope, private_jwk } of planned) {
    if (there.some(({ id }) => id === client_id)) await ask('DELETE', `/clients/${client_id}`);
    const made = await ask('POST', '/clients', {
      id: client_id,
      name,
      kind,
      scope,
      roles,
      redirectUris: redirect_uris,
      ...(private_jwk === undefined ? {} : { jwks: { keys: [publicPart(private_jwk)] } }),
    });
    const secret = made['secret'];
    added.push({
      client_id,
      kind,
      ...(typeof secret === 'string' ? { client_secret: secret } : {}),
      ...(private_jwk === undefined ? {} : { private_jwk }),
      redirect_uris,
      scope,
    });
  }
  return added;
}

function asker({ url, token, ca }: Admin) {
  const dispatcher = new Agent(ca === undefined ? {} : { connect: { ca } });
  return async (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: object,
  ): Promise<Readonly<Record<string, unknown>>> => {
    const answer = await request(`${url}${path}`, {
      method,
      dispatcher,
      headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300)
      throw new DemoProblem(`The admin API refused ${method} ${path} (${answer.statusCode}): ${text.slice(0, 300)}`);
    return JSON.parse(text) as Record<string, unknown>;
  };
}
