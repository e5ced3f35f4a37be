/** The gateway's engine over one upstream, driven in process as `server/src/gateway/pipeline.ts` drives it. */
import {
  type Caller,
  type CompiledPolicies,
  compileLabelRules,
  compilePolicies,
  enforce,
  type FactAnswer,
  type FactQuery,
  type Found,
  type Given,
  type Need,
  Problem,
  type Protection,
  type Pseudonyms,
  parseScopes,
  type Relation,
  r4,
  type SingleFound,
  UpstreamRequest,
  understand,
  valueSets,
} from '@fireguard/engine';
import { defaultConfig } from '../../src/config/default-config.ts';
import { dialectOf } from '../../src/upstream/dialects.ts';
import { runExport } from './exporting.ts';
import type { Json } from './json.ts';
import { ACT_CODE } from './naive/labels.ts';
import { daysMoved, idBehind, pseudonymOf } from './pseudonyms.ts';
import { ruleSets } from './rule-conditions.ts';
import {
  type Asked,
  type Deciding,
  now,
  ourBase,
  type Scene,
  type SceneFacts,
  type SceneSite,
  upstreamBase,
} from './scenario.ts';
import type { Upstream } from './upstream.ts';

export const tables = r4();
const encoder = new TextEncoder();
const decoder = new TextDecoder();
export const limits: Given['limits'] = {
  ...defaultConfig({ profile: 'development', upstream: { url: upstreamBase, credentials: { bearer: 'harness' } } }).gateway,
  defaultCount: 5,
};

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** Code of the Problem, when it ended in one. */
  readonly problem: string | undefined;
  readonly json: Json;
}

/** What a scene is played against: this engine, or a real gateway over HTTP. */
export interface Askable {
  ask(asked: Asked): Promise<Answered>;
  /** Called before each upstream request of this gateway. */
  before: () => Promise<void>;
}

export class Gateway implements Askable {
  readonly #upstream: Pick<Upstream, 'answer'>;
  readonly #scene: Pick<Scene, 'caller' | 'facts' | 'upstreamPage'>;
  readonly #policies: CompiledPolicies;
  readonly #protection: Protection;
  before: () => Promise<void> = async () => {};

  constructor(upstream: Pick<Upstream, 'answer'>, scene: Deciding & Pick<Scene, 'upstreamPage'>) {
    this.#upstream = upstream;
    this.#scene = scene;
    this.#policies = policiesFor(scene);
    this.#protection = protectionFor(scene.site);
  }

  async ask(asked: Asked): Promise<Answered> {
    try {
      const given = this.#given(asked);
      const flow = enforce(given);
      let step = flow.next();
      for (let turns = 0; !step.done; turns++) {
        if (turns > 500) throw new Error('the flow does not end');
        step = flow.next(await this.#fulfil(step.value));
      }
      const { status, headers, body } = step.value;
      if (status === 202) {
        const told = await runExport(given, (need) => this.#fulfil(need));
        return answered(200, { 'content-type': 'application/json' }, JSON.stringify(told), undefined);
      }
      return answered(status, Object.fromEntries(headers), decoder.decode(body), undefined);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return answered(error.answer.status, {}, error.publicText, error.code);
    }
  }

  async #fulfil(need: Need): Promise<Found> {
    if (need.kind === 'several') {
      const found: SingleFound[] = [];
      for (const one of need.needs) found.push((await this.#fulfil(one)) as SingleFound);
      return { kind: 'several', found };
    }
    if (need.kind === 'facts')
      return { kind: 'facts' as const, answers: need.queries.map((query) => factOf(this.#scene.facts, query)) };
    if (!UpstreamRequest.isUpstreamRequest(need)) throw new Error('not a planned request');
    await this.before();
    return await this.#upstream.answer(need);
  }

  #given({ method, target, headers = {}, body }: Asked): Given {
    const media = method === 'PATCH' ? 'application/json-patch+json' : 'application/fhir+json';
    const all = body === undefined ? headers : { 'content-type': media, ...headers };
    const bytes =
      body === undefined ? new Uint8Array(0) : encoder.encode(typeof body === 'string' ? body : JSON.stringify(body));
    const asked = understand(
      { method, target, headers: new Map(Object.entries(all).map(([name, value]) => [name, [value]])), body: bytes },
      tables,
    );
    return {
      caller: this.#caller(),
      asked,
      policies: this.#policies,
      protection: this.#protection,
      pseudonyms,
      tables,
      now,
      bases: { ours: ourBase, upstream: upstreamBase },
      clean: (div) => div,
      // Readable on purpose: encryption is the host's and tested there.
      seal: (cursor) => Buffer.from(JSON.stringify(cursor)).toString('base64url'),
      unseal: (text) => JSON.parse(Buffer.from(text, 'base64url').toString()),
      dialect: dialectFor(this.#scene),
      limits,
      exports: true,
      together: 3,
    };
  }

  #caller(): Caller {
    const { kind, client, roles, fhirUser, scopes, patient, purposes, withheld, ceiling, override, overrideEnded, rationale } =
      this.#scene.caller;
    const signedIn = kind !== 'anonymous';
    return {
      kind,
      client: signedIn ? { id: client, name: client } : undefined,
      user: kind === 'user' ? { id: 'u1', name: 'U', fhirUser } : undefined,
      roles,
      scopes: parseScopes(scopes.join(' ')),
      patient,
      ...(withheld === undefined ? {} : { withheld: withheld.map((code) => ({ system: ACT_CODE, code })) }),
      ...(ceiling === undefined ? {} : { ceiling: 'ULMNRV'.indexOf(ceiling) }),
      purposes: purposes.map((code) => ({ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code })),
      token: signedIn ? { id: 't', issuer: 'https://guard.example', expiresAt: now + 3_600_000 } : undefined,
      address: '192.0.2.1',
      ...(rationale === undefined ? {} : { rationale }),
      ...(override === undefined
        ? {}
        : { override: { id: 'o', patient: override, expiresAt: overrideEnded === true ? now : now + 3_600_000 } }),
    };
  }
}

function answered(status: number, headers: Record<string, string>, text: string, problem: string | undefined): Answered {
  const isJson = problem === undefined && text !== '' && headers['content-type']?.includes('json') === true;
  const json = isJson ? JSON.parse(text) : undefined;
  return { status, headers, text, problem, json };
}

export function dialectFor({ upstreamPage }: Pick<Scene, 'upstreamPage'>): Given['dialect'] {
  const demo = dialectOf('demo');
  return { ...demo, maxCount: upstreamPage ?? demo.maxCount };
}

/** As `server/src/config` makes them. */
export function policiesFor({ policies }: Pick<Scene, 'policies'>): CompiledPolicies {
  const sets = new Map(Object.entries(ruleSets).map(([url, codes]) => [url, new Set(codes)]));
  return compilePolicies(policies, tables, { valueSets: sets, upstream: upstreamBase });
}

export const pseudonyms: Pseudonyms = { of: pseudonymOf, behind: idBehind, days: daysMoved };

/** As `server/src/config` makes it of what the site settles. */
export function protectionFor({ labels, consents, purposesRequired = [] }: SceneSite = {}): Protection {
  return {
    consents: consents ?? { conflict: 'deny-overrides', implicit: 'policy', verified: false },
    purposesRequired: new Set(purposesRequired),
    labels: labels && {
      rules: compileLabelRules(labels.documents, valueSets(labels.valueSets)),
      inherit: labels.inherit,
      elements: new Map(Object.entries(labels.elements)),
      onBundles: labels.onBundles,
      onResources: labels.onResources,
    },
  };
}

/** A fact as the security system knows it. */
export function factOf(
  { relations, consents, subjects, memberships, containers = {}, pointers = {} }: SceneFacts,
  query: FactQuery,
): FactAnswer {
  switch (query.kind) {
    case 'relations':
      return { kind: 'relations', relations: new Map(Object.entries(relations) as [string, Relation[]][]) };
    case 'consents':
      return {
        kind: 'consents',
        consents: new Map(
          query.patients.map((id) => [
            id,
            (consents[id] ?? []).map(({ resource }) => encoder.encode(JSON.stringify(resource))),
          ]),
        ),
      };
    case 'memberships':
      return { kind: 'memberships', memberships: memberships === undefined ? undefined : new Set(memberships) };
    case 'containers':
      return {
        kind: 'containers',
        containers: new Map(
          query.references.flatMap((key) => {
            const one = containers[key];
            return one === undefined ? [] : [[key, one === null ? undefined : encoder.encode(JSON.stringify(one))] as const];
          }),
        ),
      };
    case 'pointers':
      return {
        kind: 'pointers',
        pointers: new Map(
          query.references.flatMap((key) => (pointers[key] === undefined ? [] : [[key, pointers[key] ?? undefined] as const])),
        ),
      };
    case 'subjects':
      return {
        kind: 'subjects',
        subjects: new Map(
          query.references.flatMap((key) => (subjects[key] === undefined ? [] : [[key, subjects[key]] as const])),
        ),
      };
  }
}
