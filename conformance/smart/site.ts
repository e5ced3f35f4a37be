/**
 * One visit to the server under test, through a mutant where there is one. What several rows look at (a launch, its tokens) is done once per visit.
 * Public clients name themselves in the form, symmetric ones use Basic without a client_id, asymmetric ones an assertion without a client_id:
 * exactly as the public suite does.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Agent, fetch as send } from 'undici';
import type { Answer, Ask, Mutant } from '../mutants/mutant.ts';
import { approveByBrowser } from './approve-by-browser.ts';
import { approveByForms } from './approve-by-forms.ts';
import { signedJwt } from './jwt.ts';
import { type Kind, ORIGIN, REDIRECT, type SigningKey, type Subject } from './subject.ts';

export interface Asked {
  readonly scope?: string;
  readonly person?: string;
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
}

export interface Proof {
  readonly key?: SigningKey;
  readonly header?: Readonly<Record<string, unknown>>;
  /** A claim set to undefined is left out. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

export const APP_SCOPE = 'launch/patient openid fhirUser offline_access patient/*.rs';
export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export class Site {
  readonly subject: Subject;
  readonly issuer: string;
  readonly fhir: string;
  readonly mutant: Mutant | undefined;
  readonly #dispatcher: Agent;
  readonly #known = new Map<string, Promise<unknown>>();

  constructor(subject: Subject, mutant?: Mutant) {
    this.subject = subject;
    this.issuer = subject.issuer;
    this.fhir = subject.fhir;
    this.mutant = mutant;
    this.#dispatcher = new Agent({ connect: { ca: subject.ca } });
  }

  close(): Promise<void> {
    return this.#dispatcher.close();
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

  async #pass(given: Ask): Promise<Answer> {
    const ask = this.mutant?.ask?.(given) ?? given;
    const response = await send(ask.url, {
      method: ask.method,
      headers: ask.headers,
      redirect: 'manual',
      dispatcher: this.#dispatcher,
      ...(ask.body === undefined ? {} : { body: ask.body }),
    });
    const headers = new Headers([...response.headers]);
    headers.delete('content-encoding');
    const answer = { status: response.status, headers, text: await response.text() };
    return this.mutant?.answer?.(answer, given) ?? answer;
  }

  send(url: string, { method, headers = {}, form, body }: Sent = {}): Promise<Answer> {
    const defined = Object.entries(form ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return this.#pass({
      url: new URL(url),
      method: method ?? (form === undefined && body === undefined ? 'GET' : 'POST'),
      headers: form === undefined ? headers : { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: form === undefined ? body : new URLSearchParams(defined).toString(),
    });
  }

  read(path: string, token?: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const bearer = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return this.send(`${this.fhir}/${path}`, { headers: { ...bearer, ...headers } });
  }

  async launch(kind: Kind, asked: Asked = {}): Promise<Launched> {
    const verifier = randomBytes(48).toString('base64url');
    const [state, nonce] = [randomUUID(), randomUUID()];
    const params: Record<string, string | undefined> = {
      response_type: 'code',
      client_id: this.subject.clients[kind].id,
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
    const person = this.subject.person(asked.person ?? 'family-physician');
    const approve = asked.browser === true && this.mutant === undefined ? approveByBrowser : approveByForms;
    const end = await approve(this, {
      url: `${this.issuer}/authorize`,
      params: new URLSearchParams(given),
      post: asked.post ?? false,
      person,
      consent: { decision: 'allow', duration: 'stay', ...asked.consent },
    });
    const reached = !end.url.startsWith(`${this.issuer}/`);
    const answer = reached ? parametersAt(new URL(end.url)) : new URLSearchParams();
    return { ...end, answer, state, nonce, verifier, redirectUri: params['redirect_uri'] ?? '' };
  }

  /** A token request with the proof that this kind of client gives. */
  async token(
    kind: Kind,
    form: Readonly<Record<string, string | undefined>>,
    { headers = {}, proof = {} }: { readonly headers?: Readonly<Record<string, string>>; readonly proof?: Proof } = {},
  ): Promise<Answer> {
    const { id, secret } = this.subject.clients[kind];
    const url = `${this.issuer}/token`;
    switch (kind) {
      case 'public':
        return this.send(url, { form: { client_id: id, ...form }, headers: { origin: ORIGIN, ...headers } });
      case 'symmetric':
        return this.send(url, { form, headers: { ...basic(id, secret ?? ''), ...headers } });
      case 'asymmetric':
      case 'backend': {
        const assertion = { client_assertion_type: ASSERTION_TYPE, client_assertion: this.assertion(kind, proof) };
        return this.send(url, { form: { ...assertion, ...form }, headers });
      }
    }
  }

  exchange(
    kind: Kind,
    launched: Launched,
    change: Readonly<Record<string, string | undefined>> = {},
    more: { readonly headers?: Readonly<Record<string, string>>; readonly proof?: Proof } = {},
  ): Promise<Answer> {
    const code = launched.answer.get('code');
    if (code === null) throw new Error(`no code: ${launched.url} ${launched.status} ${launched.text.slice(0, 400)}`);
    const form = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: launched.redirectUri,
      code_verifier: launched.verifier,
    };
    return this.token(kind, { ...form, ...change }, more);
  }

  /** As Inferno makes it: no iat, no nbf, exp in exactly five minutes. */
  assertion(kind: Kind, { key, header = {}, claims = {} }: Proof = {}): string {
    const client = this.subject.clients[kind];
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
  theLaunch(kind: Kind): Promise<Launched> {
    return this.once(`launch ${kind}`, () => this.launch(kind, { browser: true }));
  }

  theAnswer(kind: Kind): Promise<Answer> {
    return this.once(`answer ${kind}`, async () => this.exchange(kind, await this.theLaunch(kind)));
  }

  /** A launch of one's own, to its tokens. Throws when there are none. */
  async granted(kind: Kind, asked: Asked = {}): Promise<Granted> {
    return grantedBy(await this.exchange(kind, await this.launch(kind, asked)));
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
