/**
 * One visit to the server under test, through a mutant where there is one. What several rows look at (a launch, its tokens) is done once per visit.
 * Public clients name themselves in the form, symmetric ones use Basic without a client_id, asymmetric ones an assertion without a client_id:
 * exactly as the public suite does.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Agent, fetch as send } from 'undici';
import type { Browser } from '../../server/test/flows/authorization/browser.ts';
import type { Pair } from '../../server/test/flows/certificates.ts';
import type { Answer, Ask, Mutant } from '../mutants/mutant.ts';
import { approveByBrowser } from './approve-by-browser.ts';
import { approveByForms } from './approve-by-forms.ts';
import { type Client, type ClientName, ORIGIN, REDIRECT, type SigningKey } from './client.ts';
import { signedJwt } from './jwt.ts';
import type { Persona, Subject } from './subject.ts';

export interface Asked {
  readonly scope?: string;
  /** Of the demo's cast, by name; or somebody else. */
  readonly person?: string | Persona;
  /** The forms are sent by this browser. */
  readonly hands?: Browser;
  /** Of the consent page. Default: everything, and stay connected. */
  readonly consent?: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Changes of the authorization request; undefined leaves one out. */
  readonly request?: Readonly<Record<string, string | undefined>>;
  readonly post?: boolean;
  /** Approved in a real browser, where one starts. */
  readonly browser?: boolean;
}

export interface Launched {
  /** Where it ended: the app's address, or a page of the server. */
  readonly url: string;
  readonly status: number;
  readonly text: string;
  /** Parameters at the app's address; empty when it was not reached. */
  readonly answer: URLSearchParams;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly redirectUri: string;
}

export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
  /** Shown in the TLS handshake. */
  readonly certificate?: Pair | undefined;
}

export interface Proof {
  readonly key?: SigningKey;
  readonly header?: Readonly<Record<string, unknown>>;
  /** A claim set to undefined is left out. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

type Form = Readonly<Record<string, string | undefined>>;

/** What goes with a token request beside its form; `certificate` instead of the client's own. */
export interface Extra {
  readonly headers?: Readonly<Record<string, string>>;
  readonly proof?: Proof;
  readonly certificate?: Pair;
}

export const APP_SCOPE = 'launch/patient openid fhirUser offline_access patient/*.rs';
export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export class Site {
  readonly subject: Subject;
  readonly issuer: string;
  readonly fhir: string;
  readonly mutant: Mutant | undefined;
  readonly #dispatcher: Agent;
  #requests = 0;
  readonly #certified = new Map<Pair, Agent>();
  readonly #known = new Map<string, Promise<unknown>>();

  constructor(subject: Subject, mutant?: Mutant) {
    this.subject = subject;
    this.issuer = subject.issuer;
    this.fhir = subject.fhir;
    this.mutant = mutant;
    this.#dispatcher = new Agent({ connect: { ca: subject.ca } });
  }

  async close(): Promise<void> {
    for (const agent of [this.#dispatcher, ...this.#certified.values()]) await agent.close();
  }

  /** A connection of its own for each certificate. */
  #agent(pair: Pair | undefined): Agent {
    if (pair === undefined) return this.#dispatcher;
    const { key, certificate: cert } = pair;
    const agent = this.#certified.get(pair) ?? new Agent({ connect: { ca: this.subject.ca, key, cert } });
    this.#certified.set(pair, agent);
    return agent;
  }

  once<T>(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.#known.get(key) ?? make();
    this.#known.set(key, known);
    return known as Promise<T>;
  }

  /** As `fetch`, without following redirects. */
  readonly fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const body = init.body == null ? undefined : String(init.body);
    const headers = Object.fromEntries(new Headers(init.headers));
    if (init.body instanceof URLSearchParams) headers['content-type'] ??= 'application/x-www-form-urlencoded';
    const answer = await this.#pass({ url: new URL(String(input)), method: init.method ?? 'GET', headers, body });
    const empty = [101, 204, 205, 304].includes(answer.status);
    return new Response(empty ? null : answer.text, { status: answer.status, headers: answer.headers });
  };

  /** How many were sent so far. */
  get requests(): number {
    return this.#requests;
  }

  async #pass(given: Ask): Promise<Answer> {
    this.#requests += 1;
    const ask = this.mutant?.ask?.(given) ?? given;
    const response = await send(ask.url, {
      method: ask.method,
      headers: ask.headers,
      redirect: 'manual',
      dispatcher: this.#agent(ask.certificate),
      ...(ask.body === undefined ? {} : { body: ask.body }),
    });
    const headers = new Headers([...response.headers]);
    headers.delete('content-encoding');
    const answer = { status: response.status, headers, text: await response.text() };
    return this.mutant?.answer?.(answer, given) ?? answer;
  }

  send(url: string, { method, headers = {}, form, body, certificate }: Sent = {}): Promise<Answer> {
    const defined = Object.entries(form ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return this.#pass({
      url: new URL(url),
      method: method ?? (form === undefined && body === undefined ? 'GET' : 'POST'),
      headers: form === undefined ? headers : { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: form === undefined ? body : new URLSearchParams(defined).toString(),
      certificate,
    });
  }

  read(path: string, token?: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const bearer = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return this.send(`${this.fhir}/${path}`, { headers: { ...bearer, ...headers } });
  }

  async launch(name: ClientName, asked: Asked = {}): Promise<Launched> {
    const verifier = randomBytes(48).toString('base64url');
    const [state, nonce] = [randomUUID(), randomUUID()];
    const params: Record<string, string | undefined> = {
      response_type: 'code',
      client_id: this.subject.clients[name].id,
      redirect_uri: REDIRECT,
      scope: asked.scope ?? APP_SCOPE,
      state,
      nonce,
      aud: this.fhir,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...asked.request,
    };
    const given = Object.entries(params).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const { person: who = 'family-physician' } = asked;
    const person = typeof who === 'string' ? this.subject.person(who) : who;
    const approve = asked.browser === true && this.mutant === undefined ? approveByBrowser : approveByForms;
    const end = await approve(this, {
      url: `${this.issuer}/authorize`,
      params: new URLSearchParams(given),
      post: asked.post ?? false,
      person,
      hands: asked.hands,
      consent: { decision: 'allow', duration: 'stay', ...asked.consent },
    });
    const reached = !end.url.startsWith(`${this.issuer}/`);
    const answer = reached ? parametersAt(new URL(end.url)) : new URLSearchParams();
    return { ...end, answer, state, nonce, verifier, redirectUri: params['redirect_uri'] ?? '' };
  }

  /** A token request with the proof that this client gives. */
  token(name: ClientName, form: Form, { headers = {}, proof = {}, certificate }: Extra = {}): Promise<Answer> {
    const client = this.subject.clients[name];
    const url = `${this.issuer}/token`;
    const shown = certificate ?? client.certificate;
    if (shown !== undefined) return this.send(url, { form: { client_id: client.id, ...form }, headers, certificate: shown });
    switch (client.kind) {
      case 'public':
        return this.send(url, { form: { client_id: client.id, ...form }, headers: { origin: ORIGIN, ...headers } });
      case 'symmetric':
        return client.secretInBody === true
          ? this.send(url, { form: { client_id: client.id, client_secret: client.secret, ...form }, headers })
          : this.send(url, { form, headers: { ...basicOf(client), ...headers } });
      case 'asymmetric':
      case 'backend': {
        const assertion = { client_assertion_type: ASSERTION_TYPE, client_assertion: this.assertion(name, proof) };
        return this.send(url, { form: { ...assertion, ...form }, headers });
      }
    }
  }

  exchange(name: ClientName, launched: Launched, change: Form = {}, more: Extra = {}): Promise<Answer> {
    const code = launched.answer.get('code');
    if (code === null) throw new Error(`no code: ${launched.url} ${launched.status} ${launched.text.slice(0, 400)}`);
    const form = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: launched.redirectUri,
      code_verifier: launched.verifier,
    };
    return this.token(name, { ...form, ...change }, more);
  }

  /** As Inferno makes it: no iat, no nbf, exp in exactly five minutes. */
  assertion(name: ClientName, { key, header = {}, claims = {} }: Proof = {}): string {
    const client = this.subject.clients[name];
    const chosen = key ?? client.keys[0];
    if (chosen === undefined) throw new Error(`${client.id} has no key`);
    const all = {
      iss: client.id,
      sub: client.id,
      aud: `${this.issuer}/token`,
      exp: Math.floor(Date.now() / 1000) + 300,
      jti: randomUUID(),
      ...claims,
    };
    return signedJwt({ alg: chosen.alg, kid: chosen.kid, typ: 'JWT', ...header }, all, chosen);
  }

  /** The launch that most rows of a kind look at: approved in a real browser where there is one. */
  theLaunch(name: ClientName): Promise<Launched> {
    return this.once(`launch ${name}`, () => this.launch(name, { browser: true }));
  }

  theAnswer(name: ClientName): Promise<Answer> {
    return this.once(`answer ${name}`, async () => this.exchange(name, await this.theLaunch(name)));
  }

  /** A launch of one's own, to its tokens. Throws when there are none. */
  async granted(name: ClientName, asked: Asked = {}): Promise<Granted> {
    return grantedBy(await this.exchange(name, await this.launch(name, asked)));
  }
}

/** In the query; for flows that nobody offers, errors come in the fragment. */
function parametersAt({ searchParams, hash }: URL): URLSearchParams {
  return hash === '' ? searchParams : new URLSearchParams(hash.slice(1));
}

export interface Granted {
  readonly access: string;
  readonly refresh: string;
  readonly scope: readonly string[];
  readonly body: Readonly<Record<string, unknown>>;
}

export function grantedBy(answer: Answer): Granted {
  const body = bodyOf(answer);
  if (answer.status !== 200 || typeof body['access_token'] !== 'string')
    throw new Error(`no token: ${answer.status} ${answer.text.slice(0, 300)}`);
  return {
    access: body['access_token'],
    refresh: String(body['refresh_token'] ?? ''),
    scope: String(body['scope'] ?? '').split(' '),
    body,
  };
}

/** The JSON object of an answer; empty when it is none. */
export function bodyOf(answer: Answer): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(answer.text);
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

export function basic(id: string, secret: string): { readonly authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` };
}

/** Of a client that has a secret. */
export function basicOf({ id, secret }: Client): { readonly authorization: string } {
  return basic(id, secret ?? '');
}
