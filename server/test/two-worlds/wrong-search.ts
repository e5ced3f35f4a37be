/** Searches, page by page, held against the plain server over the released world. */
import type { Answered } from './gateway.ts';
import { type Json, same } from './json.ts';
import { type Asked, ourBase } from './scenario.ts';
import type { Judging } from './wrong-answer.ts';

export async function wrongSearch(asked: Asked, pages: readonly Answered[], { plain }: Judging): Promise<string | undefined> {
  if (pages[0]!.status !== 200) return undefined;
  const [place = '', inUrl = ''] = asked.target
    .slice(1)
    .replace(/\/_search$/, '')
    .split('?');
  const query = await plainQuery(asked.plain ?? (typeof asked.body === 'string' ? asked.body : inUrl), place, plain);
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

/** `_in` as the ids of this type that are seen in it. */
async function plainQuery(query: string, type: string, plain: Judging['plain']): Promise<string> {
  const [, key] = /(?:^|&)_in=([^&]+)/.exec(query) ?? [];
  if (key === undefined) return query;
  const { status, json } = await plain.get(key);
  const items: readonly Json[] = status === 200 ? (json.entry ?? json.member ?? json.participant ?? []) : [];
  const ids = items.flatMap(({ deleted, inactive, item, entity, member }) => {
    const [id, of] = ((item ?? entity ?? member)?.reference ?? '').split('/').reverse();
    return deleted === true || inactive === true || of !== type ? [] : [id];
  });
  return query.replace(/_in=[^&]+/, `_id=${ids.length === 0 ? 'nobody' : ids.join(',')}`);
}

function wrongPage(page: Json, expected: Json, shortened: boolean): string | undefined {
  const of = (bundle: Json, mode: string): Json[] => (bundle.entry ?? []).filter((entry: Json) => entry.search?.mode === mode);
  const [ours, theirs] = [of(page, 'match'), of(expected, 'match')];
  const keys = (entries: readonly Json[]) => entries.map(({ fullUrl }) => fullUrl.slice(ourBase.length + 1));
  if (!same(keys(ours), keys(theirs))) return `matches ${keys(ours)}; a plain server ${keys(theirs)}`;
  const [included, plainly] = [of(page, 'include'), of(expected, 'include')];
  if (!same(keys(included).sort(), keys(plainly).sort())) return `includes ${keys(included)}; a plain server ${keys(plainly)}`;
  const resources = new Map([...theirs, ...plainly].map(({ fullUrl, resource }) => [fullUrl, resource]));
  for (const { fullUrl, resource } of [...ours, ...included]) {
    const plain = resources.get(fullUrl);
    if (shortened ? !isSubset(resource) || !same(untagged(resource), untagged(plain)) : !same(resource, plain))
      return `shows ${JSON.stringify(resource)}; a plain server ${JSON.stringify(plain)}`;
  }
  const more = (bundle: Json) => bundle.link.some(({ relation }: Json) => relation === 'next');
  if (more(page) !== more(expected))
    return `${more(page) ? 'has' : 'has no'} next page; a plain server ${more(expected) ? 'has' : 'has none'}`;
  if (page.total !== undefined && page.total !== expected.total) return `total ${page.total}; a plain server ${expected.total}`;
  return undefined;
}

const isMark = ({ code }: Json) => code === 'SUBSETTED';

function isSubset(resource: Json): boolean {
  return (resource.meta?.tag ?? []).some(isMark);
}

/** The mark is worded as a server pleases. */
export function untagged(resource: Json): Json {
  const { tag = [], ...meta } = resource.meta ?? {};
  return { ...resource, meta: { ...meta, tag: tag.filter((one: Json) => !isMark(one)) } };
}
