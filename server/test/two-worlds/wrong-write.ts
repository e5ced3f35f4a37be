/** Writes, held against what the naive writer expects of them: done or refused, with this state stored, and told as it may be read. */
import type { Answered } from './gateway.ts';
import { type Json, same } from './json.ts';
import { expectedWrite, type NaiveWrite } from './naive/write.ts';
import type { Asked } from './scenario.ts';
import type { Judging } from './wrong-answer.ts';
import { asGoneOrAbsent } from './wrong-instance.ts';

const kinds = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' } as const;
/** Refusals that come from the search in a condition, of which the law says nothing here. */
const ofTheSearch: readonly string[] = ['element-closed', 'too-costly', 'parameter-unknown', 'parameter-invalid'];

export async function wrongWrite(asked: Asked, answer: Answered, judging: Judging): Promise<string | undefined> {
  if (answer.problem !== undefined && isConditional(asked) && ofTheSearch.includes(answer.problem)) return undefined;
  const write = await literal(asked, judging);
  if (write === undefined) return undefined;
  if (typeof write === 'string') return answer.status >= 400 ? undefined : `answers ${answer.status}: ${write}`;
  const { decider, before } = judging;
  const expected = expectedWrite(decider, write, before.current);
  if (!expected.may) {
    if (answer.status < 400) return `answers ${answer.status}, but ${expected.because}`;
    return expected.absent === true && !isConditional(asked) ? asGoneOrAbsent(asked, answer, judging) : undefined;
  }
  if (answer.status >= 400) return `refuses ${answer.status} ${answer.text} what may be done`;
  return wrongState(write, expected.stored, answer, judging);
}

/** What was stored, and what was told of it. */
export function wrongState(write: NaiveWrite, expected: Json | null, answer: Answered, judging: Judging): string | undefined {
  const { upstream, before, decider } = judging;
  const key = write.id === undefined ? upstream.store.log.at(before.length)?.key : `${write.type}/${write.id}`;
  const stored = key === undefined ? undefined : upstream.current().get(key);
  if (expected === null) return stored === undefined ? undefined : `${key} is still there`;
  if (stored === undefined || !same(content(stored), content(expected)))
    return `stored ${JSON.stringify(stored)}, expected ${JSON.stringify(expected)}`;
  if (answer.json?.resourceType !== write.type) return undefined;
  const seen = decider.sees(stored, 'read');
  return typeof seen === 'object' && same(answer.json, seen.form) ? undefined : `shows ${answer.text} after the write`;
}

/** Without what the server sets. */
function content(resource: Json): Json {
  const { id: _, meta, ...rest } = resource;
  const { versionId: _version, lastUpdated: _time, ...own } = meta ?? {};
  return Object.keys(own).length === 0 ? rest : { ...rest, meta: own };
}

export function isConditional({ target, headers }: Asked): boolean {
  return target.includes('?') || headers?.['if-none-exist'] !== undefined;
}

/** The write without its condition; a text: why there is none; undefined: it cannot be said here. */
async function literal(asked: Asked, { plain, decider }: Judging): Promise<NaiveWrite | string | undefined> {
  const { method, headers = {}, body } = asked;
  const [place = '', inUrl] = asked.target.slice(1).split('?');
  const [type = '', named] = place.split('/');
  const kind = kinds[method as keyof typeof kinds];
  const tags = {
    ...(headers['if-match'] === undefined ? {} : { ifMatch: headers['if-match'] }),
    ...(headers['if-none-match'] === undefined ? {} : { ifNoneMatch: headers['if-none-match'] }),
  };
  const write = (id: string | undefined, as: NaiveWrite['kind'] = kind): NaiveWrite => ({
    kind: as,
    type,
    ...(id === undefined ? {} : { id }),
    ...(body === undefined ? {} : { body }),
    ...tags,
  });
  const condition = inUrl ?? headers['if-none-exist'];
  if (condition === undefined) return write(named);
  if (!decider.isOpen(type, 'search')) return 'the type may not be searched';
  const { status, json } = await plain.get(`${type}?${condition}`);
  if (status !== 200) return undefined;
  const found: readonly Json[] = (json.entry ?? []).filter(({ search }: Json) => search.mode === 'match');
  // Found: the create is not done, whatever it would have been.
  if (method === 'POST') return found.length === 0 ? write(undefined) : found.length === 1 ? undefined : 'several match';
  if (found.length > 1) return 'several match';
  const id: string | undefined = found[0]?.resource.id ?? (method === 'PUT' ? body.id : undefined);
  if (id === undefined) return 'nothing matches';
  if (method === 'PUT' && body.id !== undefined && body.id !== id) return 'the id is another';
  return write(id);
}
