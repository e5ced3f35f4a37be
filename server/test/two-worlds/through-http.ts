/** The real gateway (listener, pipeline, sealed cursors, headers) over one world; only tokens, facts and the way to the upstream are the harness's. */
import { type Gateway as RealGateway, startGateway } from '../flows/gateway/kit.ts';
import { type Answered, type Askable, dialectFor, factOf, limits, policiesFor, protectionFor, pseudonyms } from './gateway.ts';
import { ACT_CODE } from './naive/labels.ts';
import { type Asked, now, ourBase, type Scene, upstreamBase } from './scenario.ts';
import type { Upstream } from './upstream.ts';

const TOLD = [
  'content-type',
  'etag',
  'last-modified',
  'location',
  'content-location',
  'www-authenticate',
  'cache-control',
  'allow',
];
const FAR = Date.parse('2100-01-01T00:00:00Z');

export class ThroughHttp implements Askable {
  readonly #gateway: RealGateway;
  readonly #scene: Scene;
  before: () => Promise<void> = async () => {};

  private constructor(gateway: RealGateway, scene: Scene) {
    this.#gateway = gateway;
    this.#scene = scene;
  }

  static async start(upstream: Upstream, scene: Scene): Promise<ThroughHttp> {
    const gateway = await startGateway({ upstream: upstreamBase });
    const policies = policiesFor(scene);
    const through = new ThroughHttp(gateway, scene);
    Object.assign(gateway.use, {
      base: ourBase,
      now: () => now,
      limits,
      dialect: dialectFor(scene),
      policies: () => policies,
      protection: protectionFor(scene.site),
      pseudonyms,
      facts: {
        answer: async (queries: readonly Parameters<typeof factOf>[1][]) => queries.map((query) => factOf(scene.facts, query)),
        written: async () => {},
      },
      upstream: {
        base: upstreamBase,
        send: async (request: Parameters<Upstream['answer']>[0]) => {
          await through.before();
          return upstream.answer(request);
        },
        close: async () => {},
      },
    });
    return through;
  }

  async ask({ method, target, headers = {}, body }: Asked): Promise<Answered> {
    const media = method === 'PATCH' ? 'application/json-patch+json' : 'application/fhir+json';
    const answer = await fetch(this.#gateway.base + target.replace(/^\/(?=$|\?)/, ''), {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': media }), ...this.#authorization(), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const told = TOLD.flatMap((name) => (answer.headers.has(name) ? [[name, answer.headers.get(name)!]] : []));
    const json = text !== '' && answer.headers.get('content-type')?.includes('json') === true ? JSON.parse(text) : undefined;
    return {
      status: answer.status,
      headers: Object.fromEntries(told),
      text,
      problem: answer.status >= 500 ? 'failed' : undefined,
      json,
    };
  }

  /** For parts that stand beside the listener. */
  get use(): RealGateway['use'] {
    return this.#gateway.use;
  }

  /** As the caller of the scene shows it. */
  authorization(): Readonly<Record<string, string>> {
    return this.#authorization();
  }

  async close(): Promise<void> {
    await this.#gateway.close();
  }

  #authorization(): Record<string, string> {
    const { kind, client, roles, fhirUser, scopes, patient, purposes, ceiling, rationale, withheld } = this.#scene.caller;
    const asked = `http://terminology.hl7.org/CodeSystem/v3-Confidentiality#${ceiling}; scheme="http://hl7.org/fhir/tag/security"`;
    const category: Record<string, string> = ceiling === undefined ? {} : { category: asked };
    if (kind === 'anonymous') return category;
    const token = this.#gateway.token({
      scope: scopes.join(' '),
      expiresAt: FAR,
      client: { id: client, name: client, roles: kind === 'system' ? roles : [] },
      person: kind === 'user' ? { id: 'u1', name: 'U', roles, fhirUser } : undefined,
      patient,
      ...(withheld === undefined ? {} : { withheld: withheld.map((code) => ({ system: ACT_CODE, code })) }),
      purposes: purposes.map((code) => ({ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code })),
    });
    const reason: Record<string, string> = rationale === undefined ? {} : { 'fireguard-reason': rationale };
    return { ...category, ...reason, authorization: `Bearer ${token}` };
  }
}
