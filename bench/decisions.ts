/**
 * `npm run bench -- decisions`: what one decision costs, as processor time of the thread that decides (the machine may be busy), and beside it Cedar on the
 * same rules in the same run. `request`: everything that a request for one resource needs, `decide` and `judge`. `resource`: one more resource of the
 * same request. `trace`: one more resource with every condition written down, as
 * for an explanation.
 */
import {
  type Caller,
  type Candidate,
  compilePolicies,
  decide,
  explainer,
  type KnownFacts,
  parseScopes,
  r4,
  scan,
} from '@fireguard/engine';
import { cedarRules, labelled, ourRules } from './decision-rules.ts';

const json = process.argv.includes('--json');
const tables = r4();
const now = Date.UTC(2026, 4, 1);
const bases = { ours: 'https://gateway.example/fhir', upstream: 'http://upstream.example/fhir' };
const caller: Caller = Object.freeze({
  kind: 'user',
  client: { id: 'app', name: 'App' },
  user: { id: 'u', name: 'U', fhirUser: 'Practitioner/doc' },
  roles: ['physician'],
  scopes: parseScopes('user/*.cruds'),
  patient: undefined,
  purposes: [],
  token: { id: 't', issuer: 'https://as.example', expiresAt: now + 60_000 },
  address: '127.0.0.1',
});
const facts: KnownFacts = {
  relations: new Map([['ann', ['care-team', 'encounter']]]),
  consents: new Map([['ann', []]]),
};
const candidates: readonly Candidate[] = labelled.map((labels, at) => {
  const security = labels.map((label) => ({ system: label.split('|')[0], code: label.split('|')[1] }));
  const resource = {
    resourceType: 'Observation',
    id: `o-${at}`,
    meta: { versionId: '1', lastUpdated: '2026-05-01T10:00:00Z', ...(security.length > 0 && { security }) },
    status: 'final',
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] }],
    code: { coding: [{ system: 'http://loinc.org', code: '8480-6', display: 'Systolic blood pressure' }] },
    subject: { reference: 'Patient/ann' },
    effectiveDateTime: '2026-05-01T09:55:00+02:00',
    valueQuantity: { value: 120, unit: 'mmHg', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' },
  };
  const document = scan(new TextEncoder().encode(JSON.stringify(resource)));
  return { type: 'Observation', id: `o-${at}`, document, node: document.root, patients: ['ann'], undetermined: false };
});

const compiled = (others: number) => compilePolicies([ourRules(others)], tables);
const asked = (policies: ReturnType<typeof compiled>) =>
  ({ caller, interaction: 'read', type: 'Observation', policies, tables, bases, now }) as const;

function byRequest(others: number): (at: number) => boolean {
  const input = asked(compiled(others));
  return (at) => {
    // A caller of its own each time, as requests have.
    const permit = decide({ ...input, caller: { ...caller } });
    return permit.kind === 'permit' && permit.judge(candidates[at % candidates.length]!, facts).effect === 'permit';
  };
}

function byResource(others: number): (at: number) => boolean {
  const permit = decide(asked(compiled(others)));
  if (permit.kind !== 'permit') throw new Error('refused');
  return (at) => permit.judge(candidates[at % candidates.length]!, facts).effect === 'permit';
}

function byTrace(): (at: number) => boolean {
  const why = explainer(asked(compiled(0)));
  return (at) => {
    const { result } = why(candidates[at % candidates.length]!, facts);
    return 'effect' in result && result.effect === 'permit';
  };
}

async function byCedar(others: number): Promise<(at: number) => boolean> {
  const cedar = await import('@cedar-policy/cedar-wasm/nodejs');
  const answer = cedar.preparsePolicySet(`bench-${others}`, { staticPolicies: cedarRules(others) });
  if (answer.type !== 'success') throw new Error(JSON.stringify(answer));
  const principal = { type: 'User', id: 'doc' };
  return (at) => {
    const labels = labelled[at % labelled.length]!;
    const resource = { type: 'Resource', id: `o-${at % labelled.length}` };
    const decided = cedar.statefulIsAuthorized({
      principal,
      action: { type: 'Action', id: 'read' },
      resource,
      context: { relations: ['care-team', 'encounter'] },
      preparsedPolicySetId: `bench-${others}`,
      entities: [
        { uid: principal, attrs: { roles: ['physician'] }, parents: [] },
        { uid: resource, attrs: { type: 'Observation', labels: [...labels] }, parents: [] },
      ],
    });
    if (decided.type !== 'success') throw new Error(JSON.stringify(decided));
    return decided.response.decision === 'allow';
  };
}

const rounds = 5;
const seconds = 0.4;

/**
 * Decisions per second of processor time: the best of some rounds, which is the one that was disturbed least. Rounds alternate, so that a noisy minute hits
 * all alike; the first warms up and is thrown away.
 */
function rates<Name extends string>(contenders: Readonly<Record<Name, (at: number) => boolean>>): Record<Name, number> {
  const best = {} as Record<Name, number>;
  for (let round = -1; round < rounds; round++) {
    for (const name of Object.keys(contenders) as Name[]) {
      const rate = measured(contenders[name]);
      if (round >= 0) best[name] = Math.max(best[name] ?? 0, rate);
    }
  }
  return best;
}

function measured(decideOne: (at: number) => boolean): number {
  const before = process.threadCpuUsage();
  let [done, used] = [0, 0];
  while (used < seconds * 1e6) {
    for (let at = 0; at < 500; at++) decideOne(done + at);
    done += 500;
    const { user, system } = process.threadCpuUsage(before);
    used = user + system;
  }
  return done / (used / 1e6);
}

const ours = { resource: byResource(0), request: byRequest(0), trace: byTrace() };
const many = { resource: byResource(1000), request: byRequest(1000) };
const cedar = { few: await byCedar(0), many: await byCedar(1000) };
for (let at = 0; at < labelled.length; at++) {
  const words = [ours.resource(at), ours.request(at), ours.trace(at), many.request(at), cedar.few(at), cedar.many(at)];
  if (new Set(words).size > 1) throw new Error(`they do not agree on resource ${at}: ${words}`);
}

const found = rates({
  resource: ours.resource,
  resourceOf1020: many.resource,
  request: ours.request,
  requestOf1020: many.request,
  trace: ours.trace,
  cedar: cedar.few,
  cedarOf1020: cedar.many,
});
if (json) console.log(JSON.stringify(found));
else {
  const thousands = (value: number) => `${(value / 1000).toFixed(value < 10_000 ? 1 : 0)} k`;
  console.log('decisions per second of one core, 20 rules:');
  console.log(`  one more resource of a request  ${thousands(found.resource)}`);
  console.log(`  a whole request                 ${thousands(found.request)}`);
  console.log(`  one more resource, with trace   ${thousands(found.trace)}`);
  console.log(`  Cedar (wasm, policies parsed)   ${thousands(found.cedar)}`);
  console.log('with 1,000 rules more that cannot apply:');
  const cost = (few: number, more: number) => `${((few / more - 1) * 100).toFixed(1)} % slower`;
  console.log(
    `  one more resource of a request  ${thousands(found.resourceOf1020)}  (${cost(found.resource, found.resourceOf1020)})`,
  );
  console.log(
    `  a whole request                 ${thousands(found.requestOf1020)}  (${cost(found.request, found.requestOf1020)})`,
  );
  console.log(`  Cedar                           ${thousands(found.cedarOf1020)}  (${cost(found.cedar, found.cedarOf1020)})`);
}
