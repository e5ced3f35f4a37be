/**
 * `npm run bench -- engine`: the engine alone, without sockets, token check and audit: processor time of its thread for the three requests of `cases.ts`, with the default
 * policies and label rules, facts known. Beside it what reading and writing the same JSON costs without deciding anything.
 */
import {
  type Caller,
  compileLabelRules,
  compilePolicies,
  enforce,
  type FactAnswer,
  type FactQuery,
  type Found,
  fhirTables,
  parseScopes,
  scan,
  understand,
  valueSets,
} from '@fireguard/engine';
import { defaultConfig } from '../server/src/config/default-config.ts';
import { packagedLabelRules } from '../server/src/config/load-label-rules.ts';
import { loadPolicies } from '../server/src/config/load-policies.ts';
import { protectionOf } from '../server/src/consents/protection-of.ts';
import { dialectOf } from '../server/src/upstream/dialects.ts';
import { benchPatients, cases } from './cases.ts';

const config = defaultConfig({
  profile: 'development',
  upstream: { url: 'http://upstream.invalid', dialect: 'demo', exclusive: true, acceptUpstreamWithoutCredentials: true },
});
const tables = fhirTables('R4');
const now = Date.parse('2026-06-01T12:00:00Z');
const policies = compilePolicies(loadPolicies(undefined), tables, { valueSets: new Map() });
const labels = Object.freeze({
  rules: compileLabelRules(loadPolicies([packagedLabelRules]), valueSets([])),
  inherit: config.labels.inherit,
  elements: new Map(Object.entries(config.labels.elements)),
  onBundles: config.labels.onBundles,
});
const protection = protectionOf(config.consents, config.purposes, labels);
const caller: Caller = Object.freeze({
  kind: 'user',
  client: { id: 'bench-app', name: 'Bench' },
  user: { id: 'u-1', name: 'Dr Bench', fhirUser: 'Practitioner/bench' },
  roles: ['physician'],
  patient: undefined,
  purposes: [],
  scopes: parseScopes('user/*.rs'),
  token: { id: 'bench', issuer: 'http://localhost', expiresAt: now + 3_600_000 },
  address: '127.0.0.1',
});
const relations = new Map(benchPatients.map((patient) => [patient, ['general-practitioner'] as const]));

function facts(query: FactQuery): FactAnswer {
  switch (query.kind) {
    case 'relations':
      return { kind: 'relations', relations };
    case 'consents':
      return { kind: 'consents', consents: new Map(query.patients.map((patient) => [patient, []])) };
    case 'subjects':
      return { kind: 'subjects', subjects: new Map() };
    case 'memberships':
      return { kind: 'memberships', memberships: new Set() };
    case 'containers':
      return { kind: 'containers', containers: new Map(query.references.map((reference) => [reference, undefined])) };
    case 'pointers':
      return { kind: 'pointers', pointers: new Map() };
  }
}

const headers = new Map([['accept', ['application/fhir+json']]]);
const dialect = dialectOf(config.upstream.dialect, config.upstream.abilities);

function once(path: string, body: Uint8Array): number {
  const asked = understand({ method: 'GET', target: path, headers, body: new Uint8Array(0) }, tables);
  const flow = enforce({
    caller,
    asked,
    policies,
    tables,
    now,
    bases: { ours: 'http://127.0.0.1:8080/fhir', upstream: 'http://upstream.invalid' },
    clean: (div) => div,
    seal: () => 'sealed',
    unseal: () => undefined,
    dialect,
    limits: config.gateway,
    protection,
  });
  let step = flow.next();
  while (!step.done) {
    const need = step.value;
    const found: Found =
      need.kind === 'facts'
        ? { kind: 'facts', answers: need.queries.map(facts) }
        : { kind: 'upstream', status: 200, headers: new Map(), body };
    step = flow.next(found);
  }
  if (step.value.status !== 200) throw new Error(`answered ${step.value.status}`);
  return step.value.body.length;
}

/**
 * Microseconds of one run, in the least disturbed of many short series: what else a machine does only ever makes it slower. `budget`: milliseconds of processor
 * time, and the same before it counts, since the compiler needs its share as well.
 */
function time(budget: number, run: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let used = -budget; used < budget; ) {
    const from = process.threadCpuUsage();
    let times = 0;
    for (const stop = performance.now() + 40; performance.now() < stop; times += 1) run();
    const { user, system } = process.threadCpuUsage(from);
    used += (user + system) / 1000;
    if (used > 0) least = Math.min(least, (user + system) / times);
  }
  return least;
}

const only = process.argv.find((one) => cases.some(({ name }) => name === one));
const decoder = new TextDecoder();
for (const { name, path, body: text } of cases) {
  if (only !== undefined && only !== name) continue;
  const body = Buffer.from(text);
  const answered = once(path, body);
  const budget = only === undefined ? 800 : 3000;
  const row = {
    engine: time(budget, () => void once(path, body)),
    scan: time(budget / 2, () => scan(body).letGo()),
    parse: time(budget / 2, () => void JSON.parse(decoder.decode(body))),
    both: time(budget / 2, () => void JSON.stringify(JSON.parse(decoder.decode(body)))),
  };
  console.log(
    `${name.padEnd(11)} ${answered} bytes  engine ${row.engine.toFixed(1)} µs  scan ${row.scan.toFixed(1)}  parse ${row.parse.toFixed(1)}  parse+stringify ${row.both.toFixed(1)}`,
  );
}
