/** Registers personas, clients and relations through the admin API, as anybody would. What is there already is left as it is. */
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
  for (const { name, username, display, roles, password, fhirUser } of personas) {
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
  const added: DemoClient[] = [];
  for (const { name, roles, client_id, kind, redirect_uris, scope, private_jwk } of planned) {
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
  return async (method: 'POST' | 'PUT', path: string, body: object): Promise<Readonly<Record<string, unknown>>> => {
    const answer = await request(`${url}${path}`, {
      method,
      dispatcher,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300)
      throw new DemoProblem(`The admin API refused ${method} ${path} (${answer.statusCode}): ${text.slice(0, 300)}`);
    return JSON.parse(text) as Record<string, unknown>;
  };
}
