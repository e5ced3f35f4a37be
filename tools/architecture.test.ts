/**
 * Who may import whom, as a table with a reason for each row. Prose about layers rots; this fails. Read it beside docs/architecture.md.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');

interface Row {
  /** Folder that the row speaks about. */
  readonly folder: string;
  /** Folders of the house that it may import (itself always). */
  readonly may: readonly string[];
  readonly because: string;
}

const ground = ['engine/src/json', 'engine/src/fhir', 'engine/src/terminology', 'engine/src/problem.ts'];
const shapes = [
  'engine/src/caller.ts',
  'engine/src/request',
  'engine/src/enforcement/need.ts',
  'engine/src/enforcement/outcome.ts',
];

/** The engine, bottom up. Files at the top of engine/src are named one by one. */
const engine: readonly Row[] = [
  { folder: 'engine/src/problem.ts', may: [], because: 'everything may throw a Problem; it knows nothing' },
  { folder: 'engine/src/json', may: ['engine/src/problem.ts'], because: 'bytes know nothing of FHIR' },
  {
    folder: 'engine/src/terminology',
    may: ['engine/src/problem.ts', 'engine/src/caller.ts'],
    because: 'code hierarchies are ground',
  },
  {
    folder: 'engine/src/fhir',
    may: ['engine/src/json', 'engine/src/problem.ts', 'engine/src/request/request.ts'],
    because: 'tables and walkers are ground',
  },
  { folder: 'engine/src/caller.ts', may: ['engine/src/scope'], because: 'a caller holds scopes' },
  {
    folder: 'engine/src/request',
    may: [...ground, 'engine/src/scope', 'engine/src/xml'],
    because: 'understanding a request must not depend on who asks or what policy says',
  },
  {
    folder: 'engine/src/xml',
    may: [...ground],
    because: 'another form of the same resource knows nothing of who asks',
  },
  { folder: 'engine/src/concept', may: [...ground], because: 'what a document says of codes does not depend on who asks' },
  {
    folder: 'engine/src/operation',
    may: [...ground, 'engine/src/request'],
    because: 'what an operation implies must not depend on who asks',
  },
  {
    folder: 'engine/src/compartment',
    may: [...ground, 'engine/src/request/request.ts'],
    because: 'whose record a resource is, is a fact, not a decision',
  },
  {
    folder: 'engine/src/scope',
    may: [...ground],
    because: 'scope, policy, consent and label never import each other: only decision joins them',
  },
  {
    folder: 'engine/src/policy',
    may: [...ground, ...shapes, 'engine/src/decision/permit.ts', 'engine/src/decision/decision.ts'],
    because: 'scope, policy, consent and label never import each other: only decision joins them',
  },
  {
    folder: 'engine/src/consent',
    may: [...ground, ...shapes],
    because: 'scope, policy, consent and label never import each other: only decision joins them',
  },
  {
    folder: 'engine/src/label',
    may: [...ground, ...shapes],
    because: 'scope, policy, consent and label never import each other: only decision joins them',
  },
  {
    folder: 'engine/src/matching',
    may: [...ground, 'engine/src/request/request.ts'],
    because: 'whether a resource meets a criterion does not depend on who asks',
  },
  {
    folder: 'engine/src/decision',
    may: [
      ...ground,
      ...shapes,
      'engine/src/compartment',
      'engine/src/matching',
      'engine/src/scope',
      'engine/src/policy',
      'engine/src/consent',
      'engine/src/label',
    ],
    because: 'the one place where scope, policy, consent and label meet; the only maker of a Permit',
  },
  {
    folder: 'engine/src/permission',
    may: [...ground, 'engine/src/policy'],
    because: 'another spelling of policies; it decides nothing, and nothing in the path of a request reads it',
  },
  {
    folder: 'engine/src/case',
    may: [
      ...ground,
      ...shapes,
      'engine/src/compartment',
      'engine/src/decision',
      'engine/src/label/label-rules.ts',
      'engine/src/policy',
      'engine/src/scope',
    ],
    because: 'a case is words for what a decision is asked; it can neither decide nor release',
  },
  {
    folder: 'engine/src/planning',
    may: [...ground, ...shapes, 'engine/src/compartment', 'engine/src/decision', 'engine/src/matching'],
    because: 'a plan needs a permit; it cannot release',
  },
  {
    folder: 'engine/src/release',
    may: [
      ...ground,
      ...shapes,
      'engine/src/compartment',
      'engine/src/decision',
      'engine/src/planning/cursor.ts',
      'engine/src/planning/dialect.ts',
      'engine/src/operation/operations.ts',
      'engine/src/xml',
    ],
    because: 'a release needs a permit; it cannot ask the upstream',
  },
  {
    folder: 'engine/src/enforcement',
    may: [
      ...ground,
      ...shapes,
      'engine/src/compartment',
      'engine/src/decision',
      'engine/src/matching',
      'engine/src/concept',
      'engine/src/operation',
      'engine/src/policy',
      'engine/src/planning',
      'engine/src/release',
    ],
    because: 'the flow of one request stands on all of it',
  },
  {
    folder: 'engine/src/audit-event',
    may: [...ground, ...shapes, 'engine/src/decision/decision.ts', 'engine/src/release/released.ts'],
    because: 'audit describes outcomes; it cannot change one',
  },
];

const server: readonly Row[] = [
  {
    folder: 'server/src/token',
    may: ['server/src/storage', 'server/src/audit-log'],
    because: 'what gateway and authorization server share; it knows neither',
  },
  { folder: 'server/src/storage', may: [], because: 'the database is beneath everything' },
  {
    folder: 'server/src/audit-log',
    may: ['server/src/storage'],
    because: 'nothing may be needed to write the audit log but a disk and a database',
  },
  {
    folder: 'server/src/alerts',
    may: ['server/src/storage', 'server/src/notify', 'server/src/facts', 'server/src/upstream'],
    because: 'alerts look at what was recorded; nothing that answers a request may wait for them',
  },
  {
    folder: 'server/src/forward',
    may: ['server/src/storage', 'server/src/audit-log', 'server/src/notify/post-webhook.ts'],
    because: 'what is sent on is what was recorded; nothing may wait for it',
  },
  {
    folder: 'server/src/feed',
    may: ['server/src/audit-log', 'server/src/audit-events/receive-event.ts'],
    because: 'a message becomes a record and nothing else',
  },
  {
    folder: 'server/src/notify',
    may: ['server/src/storage'],
    because: 'a notice is stored before anything else is known of it; it knows neither requests nor records',
  },
  {
    folder: 'server/src/audit-events',
    may: ['server/src/audit-log', 'server/src/storage', 'server/src/upstream'],
    because: 'audit events are served as an upstream would serve them; who may see them is decided before',
  },
  { folder: 'server/src/upstream', may: [], because: 'sends what was planned; decides nothing' },
  {
    folder: 'server/src/facts',
    may: ['server/src/storage', 'server/src/upstream'],
    because: 'facts come from the upstream and from our own tables',
  },
  {
    folder: 'server/src/consents',
    may: ['server/src/storage', 'server/src/facts', 'server/src/upstream'],
    because:
      'what a site settles, and the consents that it keeps, served as an upstream would serve them; what they mean is the engine’s',
  },
  {
    folder: 'server/src/labels',
    may: ['server/src/upstream', 'server/src/storage', 'server/src/audit-log'],
    because: 'it reads and labels what is in the upstream, in nobody’s name but the site’s',
  },
  {
    folder: 'server/src/authentication',
    may: ['server/src/token', 'server/src/http'],
    because: 'who is calling depends on tokens alone',
  },
  { folder: 'server/src/http', may: [], because: 'the listener knows no FHIR and no OAuth' },
  {
    folder: 'server/src/gateway',
    may: [
      'server/src/http',
      'server/src/authentication',
      'server/src/facts',
      'server/src/upstream',
      'server/src/audit-log',
      'server/src/token',
      'server/src/storage',
    ],
    because: 'gateway and authorization server never import each other: either can be replaced by another product (I7)',
  },
  {
    folder: 'server/src/export',
    may: ['server/src/gateway', 'server/src/http', 'server/src/storage'],
    because: 'an export is searches of the gateway, one after another; nobody but main knows it',
  },
  {
    folder: 'server/src/subscriptions',
    may: [
      'server/src/gateway',
      'server/src/http',
      'server/src/storage',
      'server/src/token/fetch-outside.ts',
      'server/src/audit-log',
      'server/src/export',
      'server/src/forward/follow.ts',
      'server/src/notify/webhook-signature.ts',
    ],
    because:
      'a notification is a search of the gateway, kept like an export and sent on like the trail; nobody but main knows it',
  },
  {
    folder: 'server/src/authorization-server',
    may: ['server/src/http', 'server/src/token', 'server/src/storage', 'server/src/audit-log', 'server/src/break-glass'],
    because: 'gateway and authorization server never import each other: either can be replaced by another product (I7)',
  },
  {
    folder: 'server/src/break-glass',
    may: ['server/src/audit-log', 'server/src/http', 'server/src/notify', 'server/src/storage'],
    because: 'breaking the glass is recorded, told and stored; what it opens is for the engine to say',
  },
  {
    folder: 'server/src/decision-point',
    may: [
      'server/src/gateway',
      'server/src/http',
      'server/src/upstream/exchange.ts',
      'server/src/authentication/with-ceiling.ts',
      'server/src/audit-log',
      'server/src/storage',
    ],
    because:
      'it is the gateway’s flow with another ending, and knows how tokens are made no more than the gateway does; what a request asks for at most is read as there',
  },
  {
    folder: 'server/src/policy-trial',
    may: [],
    because: 'policies are tried on words, never on data; it is not in the path of a request',
  },
  {
    folder: 'server/src/admin-api',
    may: [
      'server/src/consents/enforceable.ts',
      'server/src/policy-trial',
      'server/src/http',
      'server/src/token',
      'server/src/storage',
      'server/src/audit-log',
      'server/src/authorization-server',
      'server/src/break-glass',
    ],
    because: 'administration uses the same stores as the servers; it is not in the path of a request',
  },
];

describe('who may import whom', () => {
  for (const row of [...engine, ...server]) {
    test(`${row.folder}: ${row.because}`, () => {
      const offences = filesIn(row.folder).flatMap((file) =>
        importsOf(file)
          .filter((target) => !within(target, row.folder) && !row.may.some((place) => within(target, place)))
          // Type-only imports cross a layer without depending on its code, except between the four that must not know each other.
          .map((target) => `${file} imports ${target}`),
      );
      expect(offences).toEqual([]);
    });
  }

  test('I1: the engine imports nothing but itself and touches no Node global', () => {
    const offences = filesIn('engine/src').flatMap((file) => {
      const text = withoutComments(readFileSync(path.join(root, file), 'utf8'));
      const packages = [
        ...text.matchAll(/(?:\}\s*from|\*\s+as\s+\w+\s+from|^import)\s*\(?\s*'([^']+)'|\bimport\(\s*'([^']+)'/gm),
      ]
        .map((match) => (match[1] ?? match[2])!)
        .filter((name) => !name.startsWith('.'));
      const globals =
        text.match(
          /\b(?:Buffer|process|globalThis|setTimeout|setInterval|fetch|console|Date\.now|Math\.random|performance|crypto)\b\s*[.(]/g,
        ) ?? [];
      return [...packages, ...globals].map((what) => `${file}: ${what}`);
    });
    expect(offences).toEqual([]);
    expect(JSON.parse(readFileSync(path.join(root, 'engine/package.json'), 'utf8')).dependencies).toBeUndefined();
  });

  test('I2, I3: only decide makes a permit, only planning an upstream request, only release a released answer', () => {
    const makers = {
      mintPermit: 'engine/src/decision/',
      mintUpstreamRequest: 'engine/src/planning/',
      mintReleased: 'engine/src/release/',
    };
    const offences = Object.entries(makers).flatMap(([maker, place]) =>
      [...filesIn('engine/src'), ...filesIn('server/src')].filter(
        (file) => !file.startsWith(place) && withoutComments(readFileSync(path.join(root, file), 'utf8')).includes(maker),
      ),
    );
    expect(offences).toEqual([]);
    expect(
      filesIn('engine/src/decision')
        .filter((file) => readFileSync(path.join(root, file), 'utf8').includes('mintPermit('))
        .sort(),
    ).toEqual(['engine/src/decision/decide.ts', 'engine/src/decision/permit.ts']);
  });

  test('nobody imports main; config is composed by main and the command line alone', () => {
    const offences = filesIn('server/src').flatMap((file) =>
      importsOf(file)
        .filter(
          (target) =>
            (target === 'server/src/main.ts' && !file.startsWith('server/src/cli/')) ||
            (/^server\/src\/config\//.test(target) && !/^server\/src\/(config|cli|main|start)/.test(file)),
        )
        .map((target) => `${file} imports ${target}`),
    );
    expect(offences).toEqual([]);
  });

  test('the console is a client of the admin API and nothing else', () => {
    const offences = filesIn('console/src').flatMap((file) =>
      importsOf(file)
        .filter((target) => !target.startsWith('console/src/'))
        .map((target) => `${file} imports ${target}`),
    );
    expect(offences).toEqual([]);
  });

  test('no cycles between files', () => {
    const files = ['engine/src', 'server/src', 'demo/src', 'console/src'].flatMap(filesIn);
    const graph = new Map(
      files.map((file) => [file, importsOf(file, { types: false }).filter((target) => files.includes(target))]),
    );
    expect(cycles(graph)).toEqual([]);
  });

  test('no barrel files but the engine’s surface, and no folder called by a non-name', () => {
    const files = ['engine/src', 'server/src', 'demo/src', 'console/src'].flatMap(filesIn);
    expect(files.filter((file) => /\/index\.tsx?$/.test(file))).toEqual(['engine/src/index.ts']);
    expect(files.filter((file) => /\/(utils?|helpers?|common|misc|manager)(\/|\.)/.test(file))).toEqual([]);
  });
});

function filesIn(place: string): string[] {
  const full = path.join(root, place);
  if (!existsSync(full)) return [];
  if (/\.tsx?$/.test(place)) return [place];
  return readdirSync(full, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$|(^|\/)testing\.ts$/.test(name))
    .map((name) => path.posix.join(place, name.split(path.sep).join('/')));
}

function importsOf(file: string, { types = true } = {}): string[] {
  const text = withoutComments(readFileSync(path.join(root, file), 'utf8'));
  return [
    ...text.matchAll(
      /(import|export)\s+(type\s+)?[^'";]*?from\s+'(\.[^']+)'|import\s*\(\s*'(\.[^']+)'\s*\)|import\s+'(\.[^']+)'/g,
    ),
  ]
    .filter((match) => types || match[2] === undefined)
    .map((match) => path.posix.join(path.posix.dirname(file), (match[3] ?? match[4] ?? match[5])!));
}

function within(file: string, place: string): boolean {
  return file === place || file.startsWith(`${place}/`);
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/.*$/gm, '$1');
}

/** Every cycle once, as the list of its files (depth-first search with colours). */
function cycles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  const stack: string[] = [];
  const visit = (file: string): void => {
    const at = stack.indexOf(file);
    if (at >= 0) {
      found.push(stack.slice(at));
      return;
    }
    if (done.has(file)) return;
    stack.push(file);
    for (const target of graph.get(file) ?? []) visit(target);
    stack.pop();
    done.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return found;
}
