/**
 * SMART App Launch 2.2 §EHR launch, from the app's side: a public client with PKCE (RFC 7636), which shows what came with its token and the patient's name.
 * It trusts one FHIR base only, keeps nothing but sign-ins that are under way, and must not show a token.
 */
import { createHash, randomBytes } from 'node:crypto';
import { type Answer, EhrProblem } from './answer.ts';
import type { Doors } from './fireguard-doors.ts';
import { html, page } from './html.ts';
import { refused } from './prepare-launch.ts';

export interface SmartApp {
  readonly fhir: string;
  readonly clientId: string;
  readonly scope: string;
  /** Registered exactly so; its scheme says whether the cookie is for HTTPS only. */
  readonly redirectUri: string;
}

interface UnderWay {
  readonly state: string;
  readonly verifier: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

const COOKIE = 'demo-ehr-app';
const TEN_MINUTES = 10 * 60_000;
/** Sign-ins under way at most; the oldest gives way, so that nobody can fill the memory. */
const MOST = 1000;

export class SmartAppPages {
  readonly #app: SmartApp;
  readonly #doors: Doors;
  readonly #underWay = new Map<string, UnderWay>();

  constructor(app: SmartApp, doors: Doors) {
    this.#app = app;
    this.#doors = doors;
  }

  /** `<launch address>?iss=…&launch=…` */
  async open(query: URLSearchParams): Promise<Answer> {
    const { fhir, clientId, scope, redirectUri } = this.#app;
    // INVARIANT: whoever could choose `iss` could have the app fetch any address, and hand its code to a stranger.
    if (query.get('iss') !== fhir)
      throw new EhrProblem(400, 'This app is opened from the EHR, and works with its FHIR API only.');
    const { authorization_endpoint } = await this.#doors.places();
    const [id, state, verifier] = [secret(), secret(), secret()];
    const oldest = this.#underWay.keys().next().value;
    if (this.#underWay.size >= MOST && oldest !== undefined) this.#underWay.delete(oldest);
    this.#underWay.set(id, { state, verifier, until: Date.now() + TEN_MINUTES });
    const to = new URL(authorization_endpoint);
    to.search = new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      scope,
      state,
      aud: fhir,
      launch: query.get('launch') ?? '',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    }).toString();
    const secure = redirectUri.startsWith('https:') ? '; Secure' : '';
    return { kind: 'go', to, cookie: `${COOKIE}=${id}; Path=/app; HttpOnly; SameSite=Lax; Max-Age=600${secure}` };
  }

  async callback(query: URLSearchParams, cookies: string): Promise<Answer> {
    const id = new RegExp(`(?:^|; )${COOKIE}=([\\w-]+)`).exec(cookies)?.[1] ?? '';
    const underWay = this.#underWay.get(id);
    if (underWay === undefined || underWay.until < Date.now() || query.get('state') !== underWay.state)
      throw new EhrProblem(400, 'This answer does not belong to a launch of this browser. Open the app from the EHR again.');
    this.#underWay.delete(id);
    const { issuer, token_endpoint } = await this.#doors.places();
    // RFC 9207 §2.4
    if (query.get('iss') !== issuer) throw new EhrProblem(400, 'This answer comes from another authorization server.');
    const code = query.get('code');
    if (code === null) throw refused('The app was not let in', Object.fromEntries(query));
    const { clientId, redirectUri } = this.#app;
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, client_id: clientId };
    const { body } = await this.#doors.ask(token_endpoint, {
      form: new URLSearchParams({ ...form, code_verifier: underWay.verifier }),
    });
    if (typeof body['access_token'] !== 'string') throw refused('The app got no token', body);
    const name = await this.#patientName(body['patient'], body['access_token']);
    const told = ['patient', 'encounter', 'need_patient_banner', 'scope'].filter((field) => body[field] !== undefined);
    return {
      kind: 'page',
      page: page(
        'A small SMART app',
        html`<dl><dt>Name of the patient, from the FHIR API</dt><dd id="name">${name}</dd>
${told.map((field) => html`<dt>${field}</dt><dd id="${field}">${String(body[field])}</dd>\n`)}</dl>
<p><a href="/">Back to the EHR</a></p>`,
      ),
    };
  }

  async #patientName(id: unknown, bearer: string): Promise<string> {
    if (typeof id !== 'string') return 'nobody in context';
    const { status, body } = await this.#doors.ask(`${this.#app.fhir}/Patient/${encodeURIComponent(id)}`, { bearer });
    if (status !== 200) return `not shown: the FHIR API answered ${status}`;
    const [name] = (body['name'] ?? []) as readonly { text?: string; given?: readonly string[]; family?: string }[];
    return name?.text ?? ([...(name?.given ?? []), name?.family ?? ''].join(' ').trim() || 'without a name');
  }
}

function secret(): string {
  return randomBytes(32).toString('base64url');
}
