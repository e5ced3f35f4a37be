/** Drives `enforce` as a host does: fulfils what it asks for from a small upstream and a table of facts, and keeps what was asked. */
import type { Caller } from '../src/caller.ts';
import { enforce } from '../src/enforcement/enforce.ts';
import type { Given } from '../src/enforcement/given.ts';
import type { FactAnswer, FactQuery, Need, Relation } from '../src/enforcement/need.ts';
import type { Outcome } from '../src/enforcement/outcome.ts';
import { r4 } from '../src/fhir/r4.ts';
import type { Cursor } from '../src/planning/cursor.ts';
import type { Dialect } from '../src/planning/dialect.ts';
import { UpstreamRequest } from '../src/planning/upstream-request.ts';
import { Problem } from '../src/problem.ts';
import { understand } from '../src/request/understand.ts';
import { parseScopes } from '../src/scope/parse-scope.ts';
import { type SmallUpstream, upstreamBase } from './small-upstream.ts';

export const ourBase = 'https://guard.example/fhir';

export interface Asked {
  readonly method?: string;
  readonly target: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

export interface Facts {
  readonly relations?: Record<string, readonly Relation[]>;
  readonly consents?: Record<string, readonly object[]>;
  /** `Type/id` → patients. Absent = cannot be told. */
  readonly subjects?: Record<string, readonly string[]>;
  /** `Type/id` of what the user is a member of. Absent = cannot be told. */
  readonly memberships?: readonly string[];
  /** `Encounter/id` → it. Absent = not there. */
  readonly containers?: Record<string, object>;
  /** `Type/id` → what it points to. */
  readonly pointers?: Record<string, readonly string[]>;
}

export interface Setting {
  readonly upstream: SmallUpstream;
  readonly policies: unknown;
  readonly caller?: Partial<Caller>;
  readonly facts?: Facts;
  readonly dialect?: Partial<Dialect>;
  readonly limits?: Partial<Given['limits']>;
  readonly protection?: Given['protection'];
  readonly now?: number;
  readonly authorization?: Given['authorization'];
  readonly pseudonyms?: Given['pseudonyms'];
}

export interface Ended {
  readonly outcome: Outcome | undefined;
  readonly problem: Problem | undefined;
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: test data of every shape
  readonly json: any;
  /** Upstream requests as sent. */
  readonly sent: readonly UpstreamRequest[];
  readonly rounds: readonly (readonly FactQuery[])[];
}

export const clinician: Caller = {
  kind: 'user',
  client: { id: 'app', name: 'App' },
  user: { id: 'u1', name: 'Ada', fhirUser: 'Practitioner/ada' },
  roles: ['physician'],
  scopes: parseScopes('user/*.cruds'),
  patient: undefined,
  purposes: [],
  token: { id: 't1', issuer: 'https://guard.example', expiresAt: Date.parse('2027-01-01T00:00:00Z') },
  address: '192.0.2.1',
};

const dialect: Dialect = {
  name: 'small',
  ifMatch: true,
  sortById: true,
  compartmentSearch: true,
  postSearch: true,
  maxCount: 100,
  matchesAlike: new Set(['token', 'reference', 'uri', 'string', 'date', 'number', 'quantity', 'composite']),
  foldsAccents: false,
  checksReferences: false,
  history: true,
  transactions: true,
};

export function ask(setting: Setting, asked: Asked): Ended {
  const sent: UpstreamRequest[] = [];
  const rounds: (readonly FactQuery[])[] = [];
  try {
    const flow = enforce(givenBy(setting, asked));
    let step = flow.next();
    while (!step.done) {
      const need: Need = step.value;
      if (need.kind === 'facts') {
        rounds.push(need.queries);
        step = flow.next({ kind: 'facts', answers: need.queries.map((query) => answerOf(query, setting.facts ?? {})) });
      } else {
        if (!UpstreamRequest.isUpstreamRequest(need)) throw new Error('not a planned request');
        sent.push(need);
        step = flow.next(setting.upstream.answer(need));
      }
    }
    const { status, headers, body } = step.value;
    const text = new TextDecoder().decode(body);
    return {
      outcome: step.value,
      problem: undefined,
      status,
      headers: Object.fromEntries(headers),
      text,
      json: /^[[{]/.test(text) ? JSON.parse(text) : undefined,
      sent,
      rounds,
    };
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    return { outcome: undefined, problem, status: problem.answer.status, headers: {}, text: '', json: undefined, sent, rounds };
  }
}

export function givenBy(setting: Setting, { method = 'GET', target, headers = {}, body }: Asked): Given {
  const withType =
    body === undefined || method === 'GET'
      ? headers
      : { 'content-type': method === 'PATCH' ? 'application/json-patch+json' : 'application/fhir+json', ...headers };
  const bytes =
    body === undefined ? new Uint8Array(0) : new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body));
  const asked = understand(
    { method, target, headers: new Map(Object.entries(withType).map(([name, value]) => [name, [value]])), body: bytes },
    r4(),
  );
  return {
    caller: { ...clinician, ...setting.caller },
    asked,
    policies: setting.policies as Given['policies'],
    tables: r4(),
    now: setting.now ?? Date.parse('2026-06-01T00:00:00Z'),
    bases: { ours: ourBase, upstream: upstreamBase },
    clean: (div) => div,
    seal,
    unseal,
    dialect: { ...dialect, ...setting.dialect },
    limits: {
      ...{ defaultCount: 10, maxCount: 50, pageBudget: 20, closedIncludes: 'leave-out' },
      ...{ types: 100, chainDepth: 2, stages: 20, stageIds: 1000, includes: 10, included: 1000, matchesRead: 10_000 },
      ...setting.limits,
    },
    authorization: setting.authorization,
    protection: setting.protection,
    pseudonyms: setting.pseudonyms,
  };
}

/** Readable on purpose: encryption is the host's and tested there. */
export function seal(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

export function unseal(text: string): Cursor | undefined {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString()) as Cursor;
  } catch {
    return undefined;
  }
}

function answerOf(query: FactQuery, facts: Facts): FactAnswer {
  switch (query.kind) {
    case 'relations':
      return { kind: 'relations', relations: new Map(Object.entries(facts.relations ?? {})) };
    case 'consents': {
      const consents = query.patients.map(
        (patient) =>
          [patient, (facts.consents?.[patient] ?? []).map((one) => new TextEncoder().encode(JSON.stringify(one)))] as const,
      );
      return { kind: 'consents', consents: new Map(consents) };
    }
    case 'subjects':
      return { kind: 'subjects', subjects: new Map(Object.entries(facts.subjects ?? {})) };
    case 'memberships':
      return { kind: 'memberships', memberships: facts.memberships === undefined ? undefined : new Set(facts.memberships) };
    case 'containers':
      return {
        kind: 'containers',
        containers: new Map(
          query.references.map((key) => [
            key,
            facts.containers?.[key] && new TextEncoder().encode(JSON.stringify(facts.containers[key])),
          ]),
        ),
      };
    case 'pointers':
      return { kind: 'pointers', pointers: new Map(Object.entries(facts.pointers ?? {})) };
  }
}
