/** The server under test: the demo in a process of its own, over TLS, in a fresh home; and the clients of the suite, registered as anybody would. */
import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, fetch } from 'undici';

export type Kind = 'public' | 'symmetric' | 'asymmetric' | 'backend';

export interface Client {
  readonly id: string;
  readonly kind: Kind;
  readonly secret?: string;
  /** Private keys, the first is used unless a row says otherwise. */
  readonly keys: readonly SigningKey[];
}

export interface SigningKey {
  readonly kid: string;
  readonly alg: 'ES384' | 'RS384';
  readonly jwk: JsonWebKey;
}

export interface Persona {
  readonly username: string;
  readonly password: string;
  readonly fhirUser?: string;
}

export interface Subject {
  readonly issuer: string;
  /** No slash at its end. */
  readonly fhir: string;
  /** PEM of the authority and, for mutants that listen, of the server itself. */
  readonly ca: string;
  readonly certificate: { readonly key: string; readonly cert: string };
  readonly clients: Readonly<Record<Kind, Client>>;
  person(name: string): Persona;
  /** A request to the admin API as an operator makes it; the answer's body. Throws with what was said when it is refused. */
  admin(method: string, path: string, body?: object): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
}

export const REDIRECT = 'https://app.example.test/callback';
export const OTHER_REDIRECT = 'https://app.example.test/other?fixed=1';
export const ORIGIN = 'https://app.example.test';
const SCOPE =
  'openid fhirUser profile launch launch/patient launch/encounter offline_access online_access patient/*.cruds user/*.cruds';

interface State {
  readonly fhir: string;
  readonly issuer: string;
  readonly admin: { readonly url: string; readonly token: string };
  readonly ca: string;
  readonly personas: readonly (Persona & { readonly name: string })[];
}

export async function startSubject(): Promise<Subject> {
  const home = mkdtempSync(path.join(tmpdir(), 'fireguard-conformance-'));
  const file = path.join(home, 'state.json');
  const port = await freePair();
  const demo = path.resolve(import.meta.dirname, '../../demo/src/main.ts');
  const args = ['--home', path.join(home, 'demo'), '--port', String(port), '--no-open', '--tls', '--state', file];
  const child = spawn(process.execPath, ['--conditions=fireguard-source', demo, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const stop = async () => {
    await ended(child);
    rmSync(home, { recursive: true, force: true });
  };
  const state = await stateOf(file, child, () => said);
  const dispatcher = new Agent({ connect: { ca: state.ca } });
  const admin: Subject['admin'] = async (method, where, body) => {
    const answer = await fetch(`${state.admin.url}${where}`, {
      method,
      dispatcher,
      headers: { authorization: `Bearer ${state.admin.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`the admin API refused ${method} ${where}: ${answer.status} ${text.slice(0, 300)}`);
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  };
  const tls = (name: string) => readFileSync(path.join(home, 'demo', 'tls', name), 'utf8');
  try {
    const clients = {
      public: await register(admin, 'public'),
      symmetric: await register(admin, 'symmetric'),
      asymmetric: await register(admin, 'asymmetric'),
      backend: await register(admin, 'backend'),
    };
    return Object.freeze({
      issuer: state.issuer,
      fhir: state.fhir,
      ca: state.ca,
      certificate: { key: tls('server.key'), cert: tls('server.pem') },
      clients,
      person: (name: string) => {
        const found = state.personas.find((one) => one.name === name);
        if (found === undefined) throw new Error(`the demo has no ${name}`);
        return found;
      },
      admin,
      async stop() {
        await dispatcher.close();
        await stop();
      },
    });
  } catch (error) {
    await stop();
    throw error;
  }
}

async function register(admin: Subject['admin'], kind: Kind): Promise<Client> {
  const keys = kind === 'asymmetric' || kind === 'backend' ? [signingKey('ES384'), signingKey('RS384')] : [];
  const id = `conformance-${kind}`;
  const made = await admin('POST', '/clients', {
    id,
    name: `Conformance (${kind})`,
    kind,
    redirectUris: kind === 'backend' ? [] : [REDIRECT, OTHER_REDIRECT],
    roles: kind === 'backend' ? ['backend-service'] : [],
    scope: kind === 'backend' ? 'system/*.rs __introspect' : SCOPE,
    ...(keys.length === 0 ? {} : { jwks: { keys: keys.map(publicPart) } }),
  });
  return { id, kind, keys, ...(typeof made['secret'] === 'string' ? { secret: made['secret'] } : {}) };
}

function signingKey(alg: SigningKey['alg']): SigningKey {
  const { privateKey } =
    alg === 'ES384' ? generateKeyPairSync('ec', { namedCurve: 'P-384' }) : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { kid: `conformance-${alg}`, alg, jwk: privateKey.export({ format: 'jwk' }) };
}

/** As the public suite publishes its own: with `use` and `key_ops`. */
function publicPart({ kid, alg, jwk }: SigningKey): object {
  const { kty, crv, x, y, n, e } = jwk;
  return JSON.parse(JSON.stringify({ kty, crv, x, y, n, e, kid, alg, use: 'sig', key_ops: ['verify'] }));
}

async function stateOf(file: string, child: ChildProcess, said: () => string): Promise<State> {
  const until = Date.now() + 120_000;
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error(`the demo ended: ${said()}`);
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as State;
    } catch {
      await sleep(100);
    }
  }
  throw new Error(`the demo did not start in two minutes: ${said()}`);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}

/** A port that is free together with the next one, which the demo takes for its API. */
async function freePair(): Promise<number> {
  for (;;) {
    const first = await probe(0, 'localhost');
    if (first !== undefined && first < 65_535 && (await probe(first + 1, '127.0.0.1')) !== undefined) return first;
  }
}

async function probe(port: number, host: string): Promise<number | undefined> {
  const server = createServer();
  const free = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)).listen(port, host, () => resolve(true));
  });
  const address = server.address();
  if (free) await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : undefined;
}
