/** What a run has asked and seen, so that a run which tried nothing cannot pass. */
import { glassesOf } from './callers.ts';
import { consentKinds, consentKindsOf, provisionKinds } from './consents.ts';
import type { Played } from './play.ts';
import { kindsOf } from './policies.ts';
import { features } from './requests.ts';
import type { Scene } from './scenario.ts';
import { siteKindsOf } from './site.ts';
import { themes } from './theme.ts';

interface Counted {
  asked: number;
  answered: number;
}

/** Too few requests say nothing about shares and gaps. */
const ENOUGH = 2000;
/** And less than this says nothing about what is drawn now and then. */
const MANY = 10_000;
const LEAST_SHOWN = 0.6;
const LEAST_TOUCHED = 0.5;

export class Coverage {
  readonly #tries = new Map<string, Counted>();
  readonly #rules = new Map<string, number>();
  readonly #statuses = new Map<string, number>();
  readonly #served: ReadonlySet<string>;
  requests = 0;
  #shown = 0;
  #touched = 0;
  #calls = 0;
  #mostCalls = 0;
  #mostFor = '';

  constructor(served: ReadonlySet<string>) {
    this.#served = served;
  }

  add(scene: Scene, { requests }: Played): void {
    this.#note(`theme ${scene.theme}`);
    for (const { combining } of scene.policies) this.#note(`combining ${combining}`);
    if (scene.policies.some(({ upstreams }) => upstreams !== undefined)) this.#note('sets of other servers');
    for (const { rules } of scene.policies) for (const rule of rules) for (const kind of kindsOf(rule)) this.#note(kind);
    for (const kind of [...siteKindsOf(scene.site ?? {}), ...consentKindsOf(scene), ...glassesOf(scene)]) this.#note(kind);
    for (const { asked, status, problem, shown, touched, hinted, calls } of requests) {
      if (hinted) this.#note('told of breaking the glass');
      this.#calls += calls;
      if (calls > this.#mostCalls) [this.#mostCalls, this.#mostFor] = [calls, `${asked.method} ${asked.target}`];
      this.requests++;
      if (shown && status < 400) this.#shown++;
      if (touched) this.#touched++;
      const ended = problem === undefined ? `${status}` : `${status} ${problem}`;
      this.#statuses.set(ended, (this.#statuses.get(ended) ?? 0) + 1);
      for (const name of asked.tries) {
        const counted = this.#tries.get(name) ?? { asked: 0, answered: 0 };
        counted.asked++;
        if (status < 400) counted.answered++;
        this.#tries.set(name, counted);
      }
    }
  }

  #note(kind: string): void {
    this.#rules.set(kind, (this.#rules.get(kind) ?? 0) + 1);
  }

  lines(): readonly string[] {
    const counted = [...this.#tries]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, { asked, answered }]) => `  ${name}: ${asked} asked, ${answered} answered`);
    const table = (map: ReadonlyMap<string, number>) =>
      [...map].sort(([one], [other]) => (one < other ? -1 : 1)).map(([name, count]) => `  ${name}: ${count}`);
    return [
      'asked',
      ...counted,
      'rules',
      ...table(this.#rules),
      'answers',
      ...table(this.#statuses),
      `not served: ${
        Object.keys(features)
          .filter((name) => !this.#served.has(name))
          .join(', ') || 'nothing'
      }`,
      `calls: ${(this.#calls / Math.max(this.requests, 1)).toFixed(1)} to the server behind for each request, at most ${Math.round(this.#mostCalls)} (${this.#mostFor.slice(0, 120)})`,
      `shown: ${percent(this.#shown, this.requests)} of requests were answered with something visible; touched: ${percent(this.#touched, this.requests)} met something hidden or masked`,
    ];
  }

  /** What was promised and is missing. */
  gaps(): readonly string[] {
    if (this.requests < ENOUGH) return [];
    const answered = (name: string) => this.#tries.get(name)?.answered ?? 0;
    return [
      ...[...this.#served].filter((name) => answered(`feature ${name}`) === 0).map((name) => `no answer to: ${name}`),
      ...kinds.filter((name) => answered(name) === 0).map((name) => `no answer with: ${name}`),
      ...[...ruleKinds, ...(this.requests < MANY ? [] : rareKinds)]
        .filter((name) => !this.#rules.has(name))
        .map((name) => `no rule with: ${name}`),
      ...(this.#shown < LEAST_SHOWN * this.requests
        ? [`only ${percent(this.#shown, this.requests)} were answered with something visible`]
        : []),
      ...(this.#touched < LEAST_TOUCHED * this.requests
        ? [`only ${percent(this.#touched, this.requests)} met something hidden`]
        : []),
    ];
  }
}

const kinds = [
  ...['token', 'string', 'reference', 'date', 'quantity', 'uri', '_id', '_lastUpdated', '_tag', '_profile', 'derived'].map(
    (name) => `parameter ${name}`,
  ),
  ...['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'].map((name) => `prefix ${name}`),
  ...[':not', ':missing', ':exact', ':contains', ':[type]'].map((name) => `modifier ${name}`),
  ...['in', 'not-in', 'below', 'above'].map((name) => `modifier code:${name}`),
  ...['by pseudonyms', '_since', '_at', '_revinclude *'],
  ...['result _count', 'result _sort'],
];
const rareKinds = [
  ...themes.map(([, { name }]) => `theme ${name}`),
  ...consentKinds,
  ...['everyPurpose', 'memberships', 'identities'].map((key) => `caller ${key}`),
  ...['guardian', 'emergency-encounter', 'managing-organization', 'device'].map((one) => `relation ${one}`),
  ...['period', 'time', 'networks', 'certificate', 'issuers', 'assurance'].map((key) => `environment ${key}`),
  ...['group-of-caller', 'caller', 'equals', 'in', 'exists', 'valueSets', 'lastDays', 'start'].map((key) => `where ${key}`),
  ...['codes of value sets', 'obligations notify', 'obligations rationale', 'fhirVersions', 'denyAs unauthorized'],
  ...['sets of other servers', 'purposes required'],
  ...['permit-overrides', 'ordered-deny-overrides', 'ordered-permit-overrides', 'deny-unless-permit', 'permit-unless-deny'].map(
    (one) => `combining ${one}`,
  ),
  ...[
    'codes any',
    'codes at',
    'codes valueSets',
    'where isNot',
    'inside true',
    'inside false',
    'kind system',
    'kind anonymous',
  ],
];
const ruleKinds = [
  ...provisionKinds,
  ...['C', 'R', 'U', 'D', 'E', 'operation', 'read', 'vread', 'search', 'create', 'update', 'patch', 'delete'].map(
    (one) => `interactions ${one}`,
  ),
  ...['history-instance', 'history-type', 'history-system'].map((one) => `interactions ${one}`),
  ...['confidentiality', 'sensitivities', 'other'].map((key) => `clears ${key}`),
  ...['combining deny-overrides', 'maskAs absent-reason', 'maskAs silence'],
  ...['relation break-the-glass', 'told of breaking the glass', 'glass that is broken', 'glass that has ended'],
  ...['glass of a service', 'glass of which a fact speaks'],
  ...['codes', 'beginnings', 'valueSets', 'words', 'types', 'profiles', 'mentions', 'patients'].map(
    (key) => `label rule by ${key}`,
  ),
  ...['default', 'veryRestricted', 'meanings', 'inherit', 'onBundles', 'onResources', 'of elements'].map(
    (key) => `labels ${key}`,
  ),
  ...[
    'permit',
    'deny',
    'mask',
    'part mask',
    'elements',
    'clears',
    'announces',
    'consentable',
    'overridable',
    'mayLabel',
    'denyAs empty',
    'denyAs not-found',
    'denyAs forbidden',
  ],
  ...[
    ...[
      'permit where',
      'deny where',
      'permit patients',
      'deny codes',
      'consentExempt',
      'deIdentify',
      'deIdentify pseudonyms',
      'dates year',
      'dates shift',
      'environment',
      'unless',
      'inside',
      'obligations',
      'maskAs',
    ],
    'caller roles',
    'caller kinds',
    'caller clients',
    'caller purposes',
    'caller purposesOtherThan',
    'caller relations',
    'permit types',
    'permit categories',
    'permit labels',
    'deny types',
    'deny categories',
    'deny labels',
  ],
];

function percent(part: number, whole: number): string {
  return `${Math.round((100 * part) / Math.max(whole, 1))} %`;
}
