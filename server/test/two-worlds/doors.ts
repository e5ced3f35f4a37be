/** The doors of the decision point over one scene: the FHIR-shaped one, a proxy's, AuthZEN's. Whoever asks at the first carries out what it is handed on a copy of its own. */
import fastify from 'fastify';
import { createDecisionPoint } from '../../src/decision-point/decision-point.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { type Asked, type Scene, upstreamBase } from './scenario.ts';
import { ThroughHttp } from './through-http.ts';
import { Upstream } from './upstream.ts';

const KEY = 'k'.repeat(40);
const encoder = new TextEncoder();

export interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export class Doors {
  readonly upstream: Upstream;
  readonly gateway: ThroughHttp;
  readonly #origin: string;
  readonly #scene: Scene;
  readonly #close: () => Promise<unknown>;

  private constructor(upstream: Upstream, gateway: ThroughHttp, origin: string, scene: Scene, close: () => Promise<unknown>) {
    this.upstream = upstream;
    this.gateway = gateway;
    this.#origin = origin;
    this.#scene = scene;
    this.#close = close;
  }

  /** On a world of its own. `storage`: where nobody is known. */
  static async open(scene: Scene, storage: Storage): Promise<Doors> {
    const upstream = new Upstream(upstreamBase, scene.habits);
    await upstream.load(scene.a);
    const gateway = await ThroughHttp.start(upstream, scene);
    const point = createDecisionPoint({
      settings: { doors: [{ id: 'his', key: KEY, scope: scene.caller.scopes.join(' '), mayDescribe: true }] },
      use: gateway.use,
      directory: { db: storage.db, issuer: 'http://localhost:1', now: gateway.use.now },
      origin: 'http://localhost:1',
      maxBodyBytes: 10_000_000,
      log: ({ error }) => console.error(error),
    });
    const app = fastify();
    await point.mount(app);
    const origin = await app.listen({ host: '127.0.0.1', port: 0 });
    return new Doors(upstream, gateway, origin, scene, async () => {
      await point.close();
      await app.close();
      await gateway.close();
    });
  }

  close(): Promise<unknown> {
    return this.#close();
  }

  /** The answer that the server is handed to send. */
  async fhir({ method, target, headers = {}, body }: Asked): Promise<Told> {
    const request = {
      method,
      target: target.replace(/^\/(?=$|\?)/, ''),
      headers: { ...mediaOf(method, body), ...this.gateway.authorization(), ...headers },
      ...(body === undefined ? {} : { body: textOf(body) }),
    };
    let step = await this.#ask('/access/fhir', { request });
    for (let round = 0; step.step === 'ask' && round < 500; round++) {
      const { method: how, path, headers: with_, body: what } = step.request;
      const {
        status,
        headers: told,
        text,
      } = await this.upstream.plain({
        method: how,
        path,
        headers: with_,
        body: what === undefined ? undefined : encoder.encode(what),
      });
      step = await this.#ask(`/access/fhir/${step.handle}`, { status, headers: Object.fromEntries(told), body: text });
    }
    if (step.step !== 'answer') throw new Error(JSON.stringify(step));
    const { status, headers: told, body: text = '' } = step.response;
    return {
      status,
      headers: Object.fromEntries(told.map(([name, value]: [string, string]) => [name.toLowerCase(), value])),
      text,
    };
  }

  /** Whether a proxy may pass it on (Envoy, with the body). */
  async forward({ method, target, headers = {}, body }: Asked): Promise<boolean> {
    const answer = await fetch(`${this.#origin}/access/envoy/fhir${target.replace(/^\/(?=$|\?)/, '')}`, {
      method,
      headers: { 'x-door-key': KEY, ...mediaOf(method, body), ...this.gateway.authorization(), ...headers },
      ...(body === undefined ? {} : { body: textOf(body) }),
    });
    await answer.arrayBuffer();
    return answer.status === 200;
  }

  /** AuthZEN, without obligations: undefined where the request is none that can be asked about, or its caller none that can be described. */
  async evaluation({ method, target, headers = {}, body }: Asked): Promise<boolean | undefined> {
    const { kind, roles, fhirUser, client, patient, purposes, override, ceiling, withheld } = this.#scene.caller;
    if (kind !== 'user' || override !== undefined || withheld !== undefined || Object.keys(headers).length > 0)
      return undefined;
    const action = actionOf(method, target);
    if (action === undefined) return undefined;
    const { name, type, id, versionId } = action;
    const properties = {
      ...(versionId === undefined ? {} : { versionId }),
      ...(body === undefined ? {} : { resource: textOf(body) }),
    };
    const { decision } = await this.#ask('/access/v1/evaluation', {
      subject: { type: 'user', id: 'u1', properties: { roles, ...(fhirUser === undefined ? {} : { fhirUser }) } },
      action: { name },
      resource: { type, id, properties },
      context: {
        client_id: client,
        purpose_of_use: purposes,
        ...(patient === undefined ? {} : { patient }),
        ...(ceiling === undefined ? {} : { confidentiality_code: ceiling }),
      },
    });
    return decision === true;
  }

  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by tests.
  async #ask(path: string, question: object): Promise<any> {
    const answer = await fetch(this.#origin + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify(question),
    });
    return answer.json();
  }
}

function mediaOf(method: string, body: unknown): Record<string, string> {
  if (body === undefined) return {};
  return { 'content-type': method === 'PATCH' ? 'application/json-patch+json' : 'application/fhir+json' };
}

function textOf(body: Asked['body']): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

/** The action that AuthZEN calls it, where it has one. */
function actionOf(method: string, target: string) {
  const [, type, id, versionId, query] =
    /^\/([A-Z][A-Za-z]+)(?:\/([A-Za-z0-9.-]+)(?:\/_history\/([A-Za-z0-9.-]+))?)?(\?.*)?$/.exec(target) ?? [];
  if (type === undefined) return undefined;
  const at = { type, id: id ?? 'any', versionId };
  if (method === 'GET' && id === undefined) return { name: 'search', ...at };
  if (query !== undefined) return undefined;
  if (method === 'GET') return { name: versionId === undefined ? 'read' : 'vread', ...at };
  if (method === 'POST' && id === undefined) return { name: 'create', ...at };
  if (id === undefined || versionId !== undefined) return undefined;
  return method === 'PUT' ? { name: 'update', ...at } : method === 'DELETE' ? { name: 'delete', ...at } : undefined;
}
