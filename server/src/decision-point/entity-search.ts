/**
 * AuthZEN §8: who may, on what, and what may they. Each candidate is decided like any other question, so that a result is never more than a yes.
 * INVARIANT: no totals, and pages end without telling how many candidates were looked at in vain beyond them.
 */
import { createHash } from 'node:crypto';
import { type JsonDocument, NONE, name, Problem, scan } from '@fireguard/engine';
import { z } from 'zod';
import { handle } from '../gateway/pipeline.ts';
import { listPeople } from '../storage/people.ts';
import { type Asking, evaluate } from './evaluation.ts';
import { callerOfSubject, contextShape, subjectShape } from './subject.ts';

const word = z.string().min(1).max(200);
const properties = z.record(z.string(), z.unknown()).optional();
const page = z
  .object({ token: z.string().max(20_000).optional(), limit: z.number().int().min(0).max(50).optional() })
  .optional();
const action = z.object({ name: word, properties });
const resource = z.object({ type: word, id: word, properties });
const context = contextShape.optional();

export const subjectSearchShape = z.object({ subject: z.object({ type: word }), action, resource, context, page });
export const resourceSearchShape = z.object({
  subject: subjectShape,
  action,
  resource: z.object({ type: word }),
  context,
  page,
});
export const actionSearchShape = z.object({
  subject: subjectShape,
  resource,
  context,
  page,
});

interface Results {
  readonly results: readonly object[];
  readonly page?: { readonly next_token: string };
}

const DEFAULT_LIMIT = 20;

/** People known here, by their id. */
export async function searchSubjects(asked: z.infer<typeof subjectSearchShape>, asking: Asking): Promise<Results> {
  const { type } = asked.subject;
  const { after, limit } = position(asked);
  const people = (await listPeople(asking.directory.db))
    .filter((person) => !person.disabled && (type === 'user' || person.fhir_user?.startsWith(`${type}/`) === true))
    .map((person) => (type === 'user' ? person.id : person.fhir_user!))
    .sort();
  const rest = people.filter((id) => id > after);
  const looked = rest.slice(0, limit);
  const results: object[] = [];
  for (const id of looked) {
    const subject = { type, id };
    if ((await evaluate({ ...asked, subject }, asking)).decision) results.push(subject);
  }
  return paged(results, rest.length > looked.length ? looked.at(-1) : undefined, asked);
}

const ACTIONS = ['read', 'delete'] as const;

/** Of the actions that need no content; what may be written depends on what is written. */
export async function searchActions(asked: z.infer<typeof actionSearchShape>, asking: Asking): Promise<Results> {
  const results: object[] = [];
  for (const action of ACTIONS)
    if ((await evaluate({ ...asked, action: { name: action } }, asking)).decision) results.push({ name: action });
  return { results };
}

/** One page of the gateway's own search, each of its matches asked for again. */
export async function searchResources(asked: z.infer<typeof resourceSearchShape>, asking: Asking): Promise<Results> {
  const { use, door, directory, address } = asking;
  const { type } = asked.resource;
  const { after, limit } = position(asked);
  const query = after === '' ? `_count=${limit}` : `_cursor=${encodeURIComponent(after)}`;
  const incoming = {
    method: 'GET',
    target: `/${encodeURIComponent(type)}?${query}`,
    headers: new Map<string, readonly string[]>(),
    address,
    body: async () => new Uint8Array(0),
  };
  const caller = () => callerOfSubject(asked.subject, asked.context ?? {}, door, directory);
  const answer = limit === 0 ? undefined : await handle(incoming, { ...use, authenticate: caller });
  if (answer !== undefined && answer.status >= 500) throw new Problem('upstream-unavailable', 'No decision could be made.');
  if (answer === undefined || answer.status !== 200) return { results: [] };
  const document = scan(answer.body);
  const results: object[] = [];
  for (const id of idsIn(document)) {
    const found = { type, id };
    if ((await evaluate({ ...asked, resource: found }, asking)).decision) results.push(found);
  }
  return paged(results, nextOf(document), asked);
}

const ENTRY = name('entry');
const RESOURCE = name('resource');
const ID = name('id');
const LINK = name('link');
const RELATION = name('relation');
const URL_NAME = name('url');

function* items(document: JsonDocument, list: ReturnType<typeof name>) {
  const nodes = document.member(document.root, list);
  if (!document.isArray(nodes)) return;
  for (let node = document.first(nodes); node !== NONE; node = document.next(node)) yield node;
}

function idsIn(document: JsonDocument): readonly string[] {
  return [...items(document, ENTRY)].flatMap((entry) => document.string(document.at(entry, RESOURCE, ID)) ?? []);
}

function nextOf(document: JsonDocument): string | undefined {
  for (const link of items(document, LINK)) {
    if (document.string(document.member(link, RELATION)) !== 'next') continue;
    return new URL(document.string(document.member(link, URL_NAME)) ?? '').searchParams.get('_cursor') ?? undefined;
  }
  return undefined;
}

interface Paged {
  readonly page?: { readonly token?: string | undefined; readonly limit?: number | undefined } | undefined;
}

/** Throws Problem for a token that another question was given (§8.2: everything else must be identical). */
function position(asked: Paged): { readonly after: string; readonly limit: number } {
  const { token, limit = DEFAULT_LIMIT } = asked.page ?? {};
  if (token === undefined || token === '') return { after: '', limit };
  const [print, after] = Buffer.from(token, 'base64url').toString().split('\n', 2);
  if (print !== fingerprint(asked) || after === undefined)
    throw new Problem('cursor-invalid', 'The page token does not belong to this question.');
  return { after, limit };
}

function paged(results: readonly object[], next: string | undefined, asked: Paged): Results {
  const token = next === undefined ? '' : Buffer.from(`${fingerprint(asked)}\n${next}`).toString('base64url');
  return token === '' && asked.page === undefined ? { results } : { page: { next_token: token }, results };
}

function fingerprint({ page: given, ...question }: Paged): string {
  return createHash('sha256')
    .update(JSON.stringify([question, given?.limit]))
    .digest('base64url')
    .slice(0, 22);
}
