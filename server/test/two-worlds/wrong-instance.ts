/** Reads of one resource or one version of it, and their histories, held against what the naive decider sees. */
import type { Answered } from './gateway.ts';
import { type Json, same, within } from './json.ts';
import type { NaiveInteraction } from './naive/interactions.ts';
import type { Asked } from './scenario.ts';
import type { Judging } from './wrong-answer.ts';
import { tellsOfTheGlass } from './wrong-hint.ts';
import { untagged } from './wrong-search.ts';

/** Undefined: it is told like what never was. */
export async function asAbsent(asked: Asked, answer: Answered, { gateway }: Judging): Promise<string | undefined> {
  const absent = await gateway.ask({
    ...asked,
    target: asked.target.replace(/^\/([A-Za-z]+)\/[^/?]+/, '/$1/never-was'),
    ...(asked.method === 'PUT' ? { body: { ...asked.body, id: 'never-was' } } : {}),
  });
  const told = ({ status, headers, text }: Answered) => ({ status, headers, text });
  return same(told(answer), told(absent))
    ? undefined
    : `hidden ${JSON.stringify(told(answer))} is not as absent ${JSON.stringify(told(absent))}`;
}

export async function wrongRead(asked: Asked, answer: Answered, judging: Judging): Promise<string | undefined> {
  const key = /^\/([^?]*)/.exec(asked.target)![1]!;
  const stored = judging.before.current.get(judging.decider.behind(key) ?? '');
  return wrongInstance(asked, answer, judging, stored, 'read');
}

/** Undefined: an announcing rule, about which the law says nothing. */
async function wrongInstance(
  asked: Asked,
  answer: Answered,
  judging: Judging,
  resource: Json,
  interaction: NaiveInteraction,
): Promise<string | undefined> {
  const seen = resource === undefined ? undefined : judging.decider.sees(resource, interaction);
  if (seen === 'announced') return undefined;
  if (seen === 'openable') return withHint(answer, resource);
  if (seen === undefined) return asGoneOrAbsent(asked, answer, judging);
  if (answer.status === 304 && asked.headers !== undefined && !seen.isMarked) return undefined;
  if (answer.status !== 200) return `answers ${answer.status} though it may be seen`;
  if (seen.isMarked && ('etag' in answer.headers || 'last-modified' in answer.headers)) {
    return 'tells the version of what is masked (R-149)';
  }
  if (/_elements|_summary/.test(asked.target))
    return within(answer.json, seen.form) ? undefined : 'shows more than may be seen';
  return same(answer.json, seen.form) ? undefined : `shows ${answer.text}, expected ${JSON.stringify(seen.form)}`;
}

/** Hidden from somebody who may break the glass, who is told that it would help. Of what a Bundle holds nobody is told. */
function withHint(answer: Answered, { resourceType }: Json): string | undefined {
  if (answer.status < 400) return 'shows what only a broken glass would open';
  return resourceType === 'Bundle' || tellsOfTheGlass(answer) ? undefined : 'does not tell of breaking the glass';
}

/** Deleted is told only where nothing of the type could be hidden from this caller; elsewhere, and of what never was or is hidden, it is absent. */
export async function asGoneOrAbsent(asked: Asked, answer: Answered, judging: Judging): Promise<string | undefined> {
  if (!isGone(asked, judging)) return asAbsent(asked, answer, judging);
  return answer.status === 410 ? undefined : `answers ${answer.status} to who may know that it is gone`;
}

function isGone({ target }: Asked, { before, upstream, decider }: Judging): boolean {
  const [, key = ''] = /^\/([^/?]+\/[^/?]+)(?:\?|\/\$|$)/.exec(target) ?? [];
  return !before.current.has(key) && upstream.versions(key).length > 0 && decider.seesAll(key.split('/')[0]!, 'read');
}

/** Of the meta alone. */
export async function wrongMeta(asked: Asked, answer: Answered, judging: Judging): Promise<string | undefined> {
  const key = /^\/([^/]+\/[^/?]+)/.exec(asked.target)![1]!;
  const resource = judging.before.current.get(key);
  const seen = resource === undefined ? undefined : judging.decider.sees(resource, 'read');
  if (seen === 'announced') return undefined;
  if (seen === 'openable') return withHint(answer, resource);
  if (seen === undefined) return asGoneOrAbsent(asked, answer, judging);
  // A stranger has no operations, whatever may be read.
  if (answer.status === 401) return undefined;
  const told = answer.json?.parameter?.[0]?.valueMeta;
  return answer.status === 200 && same(told, seen.form.meta) ? undefined : `tells the meta ${answer.text}`;
}

export async function wrongVersion(asked: Asked, answer: Answered, judging: Judging): Promise<string | undefined> {
  const [, key = '', version = ''] = /^\/([^/]+\/[^/]+)\/_history\/([^?]+)/.exec(asked.target)!;
  const current = judging.before.current.get(key);
  const now = current === undefined ? undefined : judging.decider.sees(current, 'vread');
  if (now === 'announced') return undefined;
  if (now === 'openable') return withHint(answer, current);
  const then = now === undefined ? undefined : judging.upstream.versions(key)[Number(version) - 1];
  if (current === undefined && judging.upstream.versions(key).length > 0) return undefined; // Deleted: told only where its last version may be seen.
  // Of a version of what may be seen nothing is told.
  const hidden = then == null || judging.decider.sees(then, 'vread') === 'openable';
  return wrongInstance(asked, answer, judging, hidden ? undefined : then, 'vread');
}

export async function wrongHistory(asked: Asked, pages: readonly Answered[], judging: Judging): Promise<string | undefined> {
  const [, key = ''] = /^\/([^/]+\/[^/]+)\/_history/.exec(asked.target)!;
  const current = judging.before.current.get(key);
  if (current === undefined && judging.upstream.versions(key).length > 0) return undefined;
  const now = current === undefined ? undefined : judging.decider.sees(current, 'history-instance');
  if (now === 'announced') return undefined;
  // Of histories nobody is told that breaking the glass would help.
  if (now === undefined || now === 'openable') return asAbsent(asked, pages[0]!, judging);
  const visible = judging.upstream
    .versions(key)
    .flatMap((version) => {
      const seen = version === null ? undefined : judging.decider.sees(version, 'history-instance');
      return typeof seen === 'object' ? [seen.form] : [];
    })
    .reverse();
  const shown = resourcesOf(pages);
  if (isShortened(asked)) {
    const parts = shown.length === visible.length && shown.every((one, at) => within(untagged(one), untagged(visible[at])));
    return parts ? undefined : `versions ${JSON.stringify(shown)}, no parts of ${JSON.stringify(visible)}`;
  }
  return same(shown, visible) ? undefined : `versions ${JSON.stringify(shown)}, expected ${JSON.stringify(visible)}`;
}

/** What is shown of a type or of all, newest first, and of nothing that is hidden now. */
export function wrongHistories(asked: Asked, pages: readonly Answered[], { upstream, decider }: Judging): string | undefined {
  if (pages[0]!.status !== 200) return undefined;
  const type = /^\/([A-Za-z]+)\/_history/.exec(asked.target)?.[1];
  const interaction = type === undefined ? 'history-system' : 'history-type';
  const expected: { readonly time: string; readonly form: Json; readonly said: string }[] = [];
  for (const key of new Set(upstream.store.log.map((each) => each.key))) {
    if (type !== undefined && !key.startsWith(`${type}/`)) continue;
    const versions = upstream.versions(key);
    const last = versions.findLast((version) => version !== null);
    if (typeof (last === undefined ? undefined : decider.sees(last, interaction)) !== 'object') continue;
    let later = '9';
    for (const { time, version } of timed(upstream, key).reverse()) {
      const seen = version === null ? undefined : decider.sees(version, interaction);
      if (version !== null && typeof seen !== 'object') continue;
      if (typeof seen === 'object' && isAsked(asked, time, later))
        expected.push({ time, form: seen.form, said: `${key}/${version.meta.versionId}` });
      later = time;
    }
  }
  expected.sort((one, other) => (one.time < other.time ? 1 : one.time > other.time ? -1 : 0));
  const shown = resourcesOf(pages);
  const whole = !hasNext(pages.at(-1)!);
  if (whole ? shown.length !== expected.length : shown.length > expected.length)
    return `${shown.length} versions ${whole ? '' : 'and more '}are shown, of ${expected.length}`;
  const told = (resource: Json) => `${resource.resourceType}/${resource.id}/${resource.meta.versionId}`;
  const left = new Map(expected.map((each) => [each.said, each]));
  let before = '9';
  for (const resource of shown) {
    const one = left.get(told(resource));
    if (one === undefined) return `shows ${told(resource)}, once more or though it is hidden`;
    left.delete(one.said);
    const right = isShortened(asked) ? within(untagged(resource), untagged(one.form)) : same(resource, one.form);
    if (!right) return `shows ${JSON.stringify(resource)}, expected ${JSON.stringify(one.form)}`;
    if (one.time > before) return `shows ${one.said} in the wrong place`;
    before = one.time;
  }
  return undefined;
}

/** Versions and deletions with their times, oldest first. */
function timed(upstream: Judging['upstream'], key: string): { readonly time: string; readonly version: Json | null }[] {
  const [type = '', id = ''] = key.split('/');
  return upstream.store
    .versions(type, id)
    .map((one) => ({ time: one.facts.lastUpdated, version: one.bytes === undefined ? null : one.value }));
}

/** `_since`: to the second. `_at`: was it current at some time of the day or month, until the next that is shown? */
function isAsked({ target }: Asked, time: string, later: string): boolean {
  const [, since] = /[?&]_since=([^&]+)/.exec(target) ?? [];
  const [, at] = /[?&]_at=([^&]+)/.exec(target) ?? [];
  if (since !== undefined && time.slice(0, 19) < since.slice(0, 19)) return false;
  return at === undefined || (time.slice(0, at.length) <= at && later.slice(0, at.length) >= at && later > at);
}

function isShortened({ target }: Asked): boolean {
  return /_elements|_summary/.test(target);
}

export function resourcesOf(pages: readonly Answered[]): readonly Json[] {
  return pages.flatMap(({ json }) =>
    (json?.entry ?? []).flatMap(({ resource, search }: Json) =>
      resource === undefined || search?.mode === 'outcome' ? [] : [resource],
    ),
  );
}

export function hasNext({ json }: Answered): boolean {
  return json?.link?.some(({ relation }: Json) => relation === 'next') === true;
}
