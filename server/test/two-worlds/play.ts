/** Plays one scene in both worlds, request by request, and says where the law was broken. */
import { type Answered, type Askable, Gateway } from './gateway.ts';
import { type Json, same } from './json.ts';
import { NaiveDecider } from './naive/decider.ts';
import { PlainServer } from './plain-server.ts';
import { compareReleased, everyResource, type Snapshot, snapshot, wrongWrite } from './released.ts';
import { type Asked, ourBase, type Scene, upstreamBase } from './scenario.ts';
import { Upstream } from './upstream.ts';
import { wrongAnswer } from './wrong-answer.ts';
import { tellsOfTheGlass } from './wrong-hint.ts';

export interface Difference {
  /** `worlds`: A ≠ B. `plain`: not the answer of a plain server. `released`: the worlds differ after a write. `write`: not allowed. `bug`: thrown. */
  readonly kind: 'worlds' | 'plain' | 'released' | 'write' | 'readable' | 'bug' | 'refusal';
  readonly request: number;
  readonly says: string;
}

export interface Played {
  readonly differences: readonly Difference[];
  /** One per request. */
  readonly requests: readonly {
    readonly asked: Asked;
    readonly status: number;
    readonly problem: string | undefined;
    readonly shown: boolean;
    readonly touched: boolean;
    /** It was told that breaking the glass would help. */
    readonly hinted: boolean;
    /** Requests to the server behind, for each page that the client asked for. */
    readonly calls: number;
  }[];
}

/** Codes with which a request may be refused (search-semantics §2); anything else is a failure of ours. */
const lawful: ReadonlySet<string> = new Set([
  ...[
    'request-not-understood',
    'parameter-unknown',
    'parameter-invalid',
    'interaction-not-supported',
    'operation-not-supported',
    'method-not-allowed',
  ],
  ...[
    'not-acceptable',
    'media-type-not-supported',
    'element-closed',
    'write-closed',
    'too-costly',
    'put-create',
    'not-found',
    'gone',
    'cursor-invalid',
  ],
  ...['version-conflict', 'several-matches', 'write-conflict', 'resource-invalid', 'patch-failed', 'type-unknown', 'forbidden'],
  ...['terminology-unknown', 'reference-unseen'],
]);
const MOST_PAGES = 6;

export interface PlayOptions {
  readonly stopAtFirst?: boolean;
  /** The engine in this process, unless it says otherwise. */
  readonly gatewayOver?: (upstream: Upstream, scene: Scene) => Promise<Askable>;
}

const inProcess = async (upstream: Upstream, scene: Scene): Promise<Askable> => new Gateway(upstream, scene);

export async function play(scene: Scene, { stopAtFirst = false, gatewayOver = inProcess }: PlayOptions = {}): Promise<Played> {
  const decider = new NaiveDecider(scene);
  const [a, b] = [new Upstream(upstreamBase, scene.habits), new Upstream(upstreamBase, scene.habits)];
  await a.load(scene.a);
  await b.load(scene.b);
  const [inA, inB] = [await gatewayOver(a, scene), await gatewayOver(b, scene)];
  const churn = [...scene.churn];
  let sent = 0;
  inB.before = async () => {
    if (sent++ % 2 === 1) {
      const change = churn.shift();
      if (change !== undefined) await b.write(change.key, change.resource);
    }
  };
  const touches = touching(a, decider);
  const plain = new PlainServer(decider, a);

  const differences: Difference[] = [];
  const requests: Played['requests'][number][] = [];
  for (const [at, asked] of scene.requests.entries()) {
    const note = (kind: Difference['kind'], says: string) => differences.push({ kind, request: at, says });
    a.at(at);
    b.at(at);
    touches.reset(asked);
    a.calls = 0;
    try {
      const before = snapshot(a);
      for (const path of openly(asked)) touches.saw((await a.plain({ method: 'GET', path })).text);
      if (isWrite(asked)) plain.ready();
      const pages = await bothWorlds(asked, inA, inB, note, at % 2 === 0);
      const calls = a.calls / pages.length;
      const answer = pages[0]!;
      if (answer.problem !== undefined && !lawful.has(answer.problem))
        note('refusal', `refused with ${answer.problem}: ${answer.text}`);
      const odd = scene.habits?.foldsAccents === true || scene.habits?.negatesNe === true;
      const wrong = odd ? undefined : await wrongAnswer(asked, pages, { decider, upstream: a, plain, before, gateway: inA });
      if (wrong !== undefined) note('plain', wrong);
      const unreadable = notReadable(answer, decider, a);
      if (unreadable !== undefined) note('readable', unreadable);
      if (a.store.log.length !== before.length) {
        const unlawful = wrongWrite(a, before, decider);
        if (unlawful !== undefined) note('write', unlawful);
        plain.changed();
        touches.changed();
      }
      const apart = isWrite(asked) ? compareReleased(a, b, decider) : undefined;
      if (apart !== undefined) note('released', apart);
      requests.push({
        asked,
        status: answer.status,
        problem: answer.problem,
        shown: showsSomething(answer),
        touched: touches.touched(),
        hinted: pages.some(tellsOfTheGlass),
        calls,
      });
    } catch (error) {
      note('bug', error instanceof Error ? (error.stack ?? error.message) : String(error));
      requests.push({ asked, status: 500, problem: undefined, shown: false, touched: false, hinted: false, calls: 0 });
    }
    if (stopAtFirst && differences.length > 0) break;
  }
  return { differences, requests };
}

const withoutCount = (query: string) =>
  query.replace(/(^|&)(_count|_total|_summary|_elements|_in|_since|_at)=[^&]*/g, '').replace(/^&/, '');

/** As anybody would ask who is not held back: what is hidden from this caller among its matches? */
function openly({ method, target, headers, body, plain, tries }: Asked): readonly string[] {
  const [place = '', inUrl = ''] = target
    .slice(1)
    .replace(/\/_search$/, '')
    .split('?');
  const query = withoutCount(plain ?? (typeof body === 'string' ? body : inUrl));
  const feature = tries[0] ?? '';
  if (/^feature (search|history|conditional)/.test(feature)) return [`${place}?${query}`];
  if (feature === 'feature $lastn') return [`Observation?${query}`];
  if (feature === 'feature $everything') return [place];
  if (feature === 'feature $export') return (new URLSearchParams(inUrl).get('_type') ?? 'Patient').split(',');
  const condition = headers?.['if-none-exist'];
  if (condition !== undefined) return [`${place}?${condition}`];
  const entries: readonly Json[] = method === 'POST' && target === '/' ? body.entry : [];
  return entries.map(({ request }) => request.url);
}

const isWrite = ({ method, target }: Asked) => method !== 'GET' && !target.endsWith('/_search');

/** All pages: each is asked in A and in B with the cursor that A gave, so that B continues what A began; or with what each gave itself. */
async function bothWorlds(
  asked: Asked,
  inA: Askable,
  inB: Askable,
  note: (kind: 'worlds', says: string) => void,
  together: boolean,
): Promise<readonly Answered[]> {
  const pages: Answered[] = [];
  let [next, nextInB]: [Asked | undefined, Asked | undefined] = [asked, asked];
  while (next !== undefined && pages.length < MOST_PAGES) {
    const one: Answered = await inA.ask(next);
    const other: Answered = await inB.ask(nextInB ?? next);
    const [left, right] = [tellable(one), tellable(other)];
    if (!same(left, right)) {
      note(
        'worlds',
        `page ${pages.length + 1} of ${next.method} ${next.target}\n  A: ${JSON.stringify(left)}\n  B: ${JSON.stringify(right)}`,
      );
      return pages.length === 0 ? [one] : pages;
    }
    pages.push(one);
    [next, nextInB] = [following(asked, one), together ? undefined : following(asked, other)];
  }
  return pages;
}

function following(asked: Asked, { status, json }: Answered): Asked | undefined {
  const url: string | undefined =
    status === 200 ? json?.link?.find(({ relation }: Json) => relation === 'next')?.url : undefined;
  if (url?.startsWith(`${ourBase}/`) !== true) return undefined;
  return { ...asked, method: 'GET', target: url.slice(ourBase.length), headers: {}, body: undefined };
}

/** All that can be told from outside; cursors are opaque. */
function tellable({ status, headers, text, problem }: Answered): Json {
  return { status, headers, text: text.replace(/_cursor=[\w-]+/g, '_cursor=…'), problem };
}

function showsSomething({ status, json, text }: Answered): boolean {
  if (status >= 300 || json === undefined) return status === 204 || status === 304 || (status === 200 && text !== '');
  return json.resourceType !== 'Bundle' || (json.entry ?? []).length > 0 || json.total > 0;
}

function notReadable(answer: Answered, decider: NaiveDecider, upstream: Upstream): string | undefined {
  if (answer.status >= 300 || answer.json === undefined) return undefined;
  for (const resource of everyResource(answer.json)) {
    const key = decider.behind(`${resource.resourceType}/${resource.id}`) ?? 'Basic/nobody';
    const versions = upstream.versions(key).filter((version) => version !== null);
    const seen = versions.some((version) =>
      (['read', 'search', 'vread', 'history-instance'] as const).some(
        (each) => typeof decider.sees(version, each) === 'object',
      ),
    );
    if (!seen) return `the answer holds ${resource.resourceType}/${resource.id}, which may not be read`;
  }
  return undefined;
}

/** Whether what A's upstream showed, or what was named in the request, is hidden from this caller or masked. */
function touching(upstream: Upstream, decider: NaiveDecider) {
  let known = new Map<string, boolean>();
  let touched = false;
  const isClosed = (key: string): boolean => {
    let closed = known.get(key);
    if (closed === undefined) {
      const current = upstream.current().get(key);
      const seen = current === undefined ? undefined : decider.sees(current, 'search');
      closed = current !== undefined && (typeof seen !== 'object' || seen.mask.length > 0);
      known.set(key, closed);
    }
    return closed;
  };
  const saw = (text: string) => {
    if (touched) return;
    for (const [, type, id] of text.matchAll(/"resourceType":"([A-Za-z]+)","id":"([A-Za-z0-9-]+)"/g))
      if (isClosed(`${type}/${id}`)) touched = true;
  };
  return {
    saw,
    reset: ({ target }: Asked) => {
      touched = false;
      const key = /^\/([A-Z][A-Za-z]+\/[A-Za-z0-9-]+)/.exec(target)?.[1];
      if (key !== undefined && isClosed(decider.behind(key) ?? key)) touched = true;
    },
    changed: () => {
      known = new Map();
    },
    touched: () => touched,
  };
}

export type { Snapshot };
