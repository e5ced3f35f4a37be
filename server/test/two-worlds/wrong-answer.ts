/** The second half of the law: the answer is the one of a plain server over the released world. Says what is wrong with it; undefined: nothing. */
import type { Answered, Askable } from './gateway.ts';
import { type Json, same, within } from './json.ts';
import type { NaiveDecider, NaiveInteraction } from './naive/decider.ts';
import type { PlainServer } from './plain-server.ts';
import type { Snapshot } from './released.ts';
import { type Asked, ourBase } from './scenario.ts';
import type { Upstream } from './upstream.ts';

export interface Judging {
  readonly decider: NaiveDecider;
  readonly upstream: Upstream;
  readonly plain: PlainServer;
  readonly before: Snapshot;
  readonly gateway: Askable;
}

export async function wrongAnswer(asked: Asked, pages: readonly Answered[], judging: Judging): Promise<string | undefined> {
  const [feature = ''] = asked.tries;
  if (pages[0]!.problem !== undefined) return undefined;
  if (feature.startsWith('feature search')) return wrongSearch(asked, pages, judging);
  if (asked.tries.includes('read')) return wrongRead(asked, pages[0]!, judging);
  if (asked.tries.includes('vread')) return wrongVersion(asked, pages[0]!, judging);
  if (asked.tries.includes('history-instance')) return wrongHistory(asked, pages, judging);
  return undefined;
}

async function wrongSearch(asked: Asked, pages: readonly Answered[], { plain }: Judging): Promise<string | undefined> {
  if (pages[0]!.status !== 200) return undefined;
  const [place = '', inUrl = ''] = asked.target
    .slice(1)
    .replace(/\/_search$/, '')
    .split('?');
  const query = typeof asked.body === 'string' ? asked.body : inUrl;
  const counted = /(?:^|&)(?:_count|_summary=count)/.test(query);
  let path: string | undefined = `${place}?${query}${counted ? '' : `${query === '' ? '' : '&'}_count=5`}`;
  for (const [at, page] of pages.entries()) {
    if (path === undefined) return `page ${at + 1} is one too many`;
    const expected: { status: number; json: Json; text: string } = await plain.get(path);
    if (expected.status !== 200) return at === 0 ? undefined : `the plain server has no page ${at + 1}: ${expected.text}`;
    if (page.status !== 200) return `page ${at + 1} is refused: ${page.status} ${page.text}`;
    const wrong = wrongPage(page.json, expected.json, /_elements|_summary/.test(query));
    if (wrong !== undefined) return `page ${at + 1} ${wrong}`;
    const next: string | undefined = expected.json.link.find(({ relation }: Json) => relation === 'next')?.url;
    path = next?.slice(ourBase.length).replace(/^\//, '');
  }
  return undefined;
}

function wrongPage(page: Json, expected: Json, projected: boolean): string | undefined {
  const of = (bundle: Json, mode: string): Json[] => (bundle.entry ?? []).filter((entry: Json) => entry.search?.mode === mode);
  const [ours, theirs] = [of(page, 'match'), of(expected, 'match')];
  const keys = (entries: readonly Json[]) => entries.map(({ fullUrl }) => fullUrl.slice(ourBase.length + 1));
  if (!same(keys(ours), keys(theirs))) return `matches ${keys(ours)}; a plain server ${keys(theirs)}`;
  const [included, plainly] = [of(page, 'include'), of(expected, 'include')];
  if (!same(keys(included).sort(), keys(plainly).sort())) return `includes ${keys(included)}; a plain server ${keys(plainly)}`;
  const resources = new Map([...theirs, ...plainly].map(({ fullUrl, resource }) => [fullUrl, resource]));
  for (const { fullUrl, resource } of [...ours, ...included]) {
    const plain = resources.get(fullUrl);
    if (projected ? resource.id !== plain.id : !same(resource, plain))
      return `shows ${JSON.stringify(resource)}; a plain server ${JSON.stringify(plain)}`;
  }
  const more = (bundle: Json) => bundle.link.some(({ relation }: Json) => relation === 'next');
  if (more(page) !== more(expected))
    return `${more(page) ? 'has' : 'has no'} next page; a plain server ${more(expected) ? 'has' : 'has none'}`;
  if (page.total !== undefined && page.total !== expected.total) return `total ${page.total}; a plain server ${expected.total}`;
  return undefined;
}

/** Undefined: an announcing rule, about which the law says nothing. */
async function asAbsent(asked: Asked, answer: Answered, { gateway }: Judging): Promise<string | undefined> {
  const absent = await gateway.ask({ ...asked, target: asked.target.replace(/^\/([A-Za-z]+)\/[^/?]+/, '/$1/never-was') });
  const told = ({ status, headers, text }: Answered) => ({ status, headers, text });
  return same(told(answer), told(absent))
    ? undefined
    : `hidden ${JSON.stringify(told(answer))} is not as absent ${JSON.stringify(told(absent))}`;
}

async function wrongRead(asked: Asked, answer: Answered, judging: Judging): Promise<string | undefined> {
  const key = /^\/([^?]*)/.exec(asked.target)![1]!;
  return wrongInstance(asked, answer, judging, judging.before.current.get(key), 'read');
}

async function wrongInstance(
  asked: Asked,
  answer: Answered,
  judging: Judging,
  resource: Json,
  interaction: NaiveInteraction,
): Promise<string | undefined> {
  const seen = resource === undefined ? undefined : judging.decider.sees(resource, interaction);
  if (seen === 'announced') return undefined;
  if (seen === undefined) return asAbsent(asked, answer, judging);
  if (answer.status === 304 && asked.headers !== undefined && seen.mask.length === 0) return undefined;
  if (answer.status !== 200) return `answers ${answer.status} though it may be seen`;
  if (seen.mask.length > 0 && ('etag' in answer.headers || 'last-modified' in answer.headers)) {
    return 'tells the version of what is masked (R-149)';
  }
  if (/_elements|_summary/.test(asked.target))
    return within(answer.json, seen.form) ? undefined : 'shows more than may be seen';
  return same(answer.json, seen.form) ? undefined : `shows ${answer.text}, expected ${JSON.stringify(seen.form)}`;
}

async function wrongVersion(asked: Asked, answer: Answered, judging: Judging): Promise<string | undefined> {
  const [, key = '', version = ''] = /^\/([^/]+\/[^/]+)\/_history\/([^?]+)/.exec(asked.target)!;
  const current = judging.before.current.get(key);
  const now = current === undefined ? undefined : judging.decider.sees(current, 'vread');
  if (now === 'announced') return undefined;
  const then = now === undefined ? undefined : judging.upstream.versions(key)[Number(version) - 1];
  if (current === undefined && judging.upstream.versions(key).length > 0) return undefined; // Deleted: told only where its last version may be seen.
  return wrongInstance(asked, answer, judging, then ?? undefined, 'vread');
}

async function wrongHistory(asked: Asked, pages: readonly Answered[], judging: Judging): Promise<string | undefined> {
  const [, key = ''] = /^\/([^/]+\/[^/]+)\/_history/.exec(asked.target)!;
  const current = judging.before.current.get(key);
  if (current === undefined && judging.upstream.versions(key).length > 0) return undefined;
  const now = current === undefined ? undefined : judging.decider.sees(current, 'history-instance');
  if (now === 'announced') return undefined;
  if (now === undefined) return asAbsent(asked, pages[0]!, judging);
  const visible = judging.upstream
    .versions(key)
    .flatMap((version) => {
      const seen = version === null ? undefined : judging.decider.sees(version, 'history-instance');
      return typeof seen === 'object' ? [seen.form] : [];
    })
    .reverse();
  const shown = pages.flatMap(({ json }) =>
    (json?.entry ?? []).flatMap(({ resource }: Json) => (resource === undefined ? [] : [resource])),
  );
  return same(shown, visible) ? undefined : `versions ${JSON.stringify(shown)}, expected ${JSON.stringify(visible)}`;
}
