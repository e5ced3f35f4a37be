/** Batches and transactions: each entry is held against what it would have been alone, as far as what came before it allows to say. */
import type { Answered, Askable } from './gateway.ts';
import type { Json } from './json.ts';
import { expectedWrite, type NaiveWrite } from './naive/write.ts';
import type { Asked } from './scenario.ts';
import { type Judging, wrongAnswer } from './wrong-answer.ts';

const kinds = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' } as const;

export async function wrongTogether(asked: Asked, answer: Answered, judging: Judging): Promise<string | undefined> {
  const entries: readonly Json[] = asked.body.entry;
  if (asked.tries.includes('transaction')) return wrongTransaction(entries, answer, judging);
  if (answer.status !== 200) return undefined;
  if (answer.json.entry?.length !== entries.length) return `answers ${answer.json.entry?.length} entries of ${entries.length}`;
  // After a write the world is another one.
  const before = { ...judging.before, length: judging.upstream.store.log.length };
  const alone: Judging = { ...judging, before, gateway: inBatch(judging.gateway) };
  for (const [at, entry] of entries.entries()) {
    const one = askedBy(entry);
    if (one.method !== 'GET') return undefined;
    const wrong = await wrongAnswer(one, [answered(answer.json.entry[at])], alone);
    if (wrong !== undefined) return `entry ${at + 1} ${wrong}`;
  }
  return undefined;
}

/** All is done, or nothing; and it is done when each of them might be alone. */
function wrongTransaction(entries: readonly Json[], answer: Answered, { decider, before }: Judging): string | undefined {
  const keys = entries.map(({ request }) => request.url);
  const simple = entries.every(({ request }) => request.ifNoneExist === undefined && !request.url.includes('?'));
  const named = keys.filter((key: string) => key.includes('/'));
  if (!simple || new Set(named).size !== named.length) return undefined;
  const refused = entries
    .map(({ request, resource }): NaiveWrite => {
      const [type = '', id] = request.url.split('/');
      return {
        kind: kinds[request.method as keyof typeof kinds],
        type,
        ...(id === undefined ? {} : { id }),
        ...(resource === undefined ? {} : { body: resource }),
        ...(request.ifMatch === undefined ? {} : { ifMatch: request.ifMatch }),
      };
    })
    .map((write) => expectedWrite(decider, write, before.current))
    .find(({ may }) => !may);
  if (refused === undefined)
    return answer.status < 300 ? undefined : `refuses ${answer.status} ${answer.text} what may be done`;
  return answer.status >= 400 ? undefined : `answers ${answer.status}, but ${'because' in refused ? refused.because : ''}`;
}

function askedBy({ request, resource }: Json): Asked {
  const target = `/${request.url}`;
  const [place = ''] = request.url.split('?');
  return {
    method: request.method,
    target,
    ...(resource === undefined ? {} : { body: resource }),
    tries: [place.includes('/') ? 'read' : 'search'],
  };
}

function answered({ resource, response }: Json): Answered {
  const headers = {
    ...(response.etag === undefined ? {} : { etag: response.etag }),
    ...(response.lastModified === undefined ? {} : { 'last-modified': response.lastModified }),
  };
  const json = resource ?? response.outcome;
  return {
    status: Number(/^\d+/.exec(response.status)![0]),
    headers,
    text: json === undefined ? '' : JSON.stringify(json),
    json,
    problem: undefined,
  };
}

/** The gateway, asked for one thing in a batch of its own. */
function inBatch(gateway: Askable): Askable {
  return {
    before: gateway.before,
    ask: async ({ method, target }) => {
      const body = { resourceType: 'Bundle', type: 'batch', entry: [{ request: { method, url: target.slice(1) } }] };
      const { json } = await gateway.ask({ method: 'POST', target: '/', body, tries: [] });
      return answered(json.entry[0]);
    },
  };
}
