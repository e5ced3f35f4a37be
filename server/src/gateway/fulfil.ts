/** Gets what the engine says it needs, and hands it over; a failure goes into the flow as well, where it ends it (I6). */
import type { Found, Need, Single, SingleFound } from '@fireguard/engine';
import type { Collaborators } from './collaborators.ts';

export async function resume<Result>(
  flow: Generator<Need, Result, Found>,
  need: Need,
  use: Collaborators,
): Promise<IteratorResult<Need, Result>> {
  let found: Found;
  try {
    found = await fulfil(need, use);
  } catch (problem) {
    return flow.throw(problem);
  }
  return flow.next(found);
}

function fulfil(need: Need, use: Collaborators): Promise<Found> {
  switch (need.kind) {
    case 'facts':
      return use.facts.answer(need.queries).then((answers) => ({ kind: 'facts', answers }));
    case 'several':
      return Promise.all(need.needs.map((one) => settled(one, use))).then((found) => ({ kind: 'several', found }));
    case 'upstream':
      return need.writes ? write(need, use) : use.upstream.send(need);
  }
}

async function write(need: Extract<Need, { kind: 'upstream' }>, use: Collaborators): Promise<Found> {
  try {
    return await use.upstream.send(need);
  } finally {
    await wrote(need.about, use);
  }
}

/** A failure belongs to the part of the request that asked. */
async function settled(need: Single, use: Collaborators): Promise<SingleFound> {
  try {
    return (await fulfil(need, use)) as SingleFound;
  } catch (problem) {
    return { kind: 'failed', problem };
  }
}

/** Also after a failure: the write may have happened. Acknowledged only once no node decides on what was before. */
export async function wrote(about: readonly string[], use: Collaborators): Promise<void> {
  await Promise.all([...new Set(about.map(typeOf))].map((type) => use.facts.written(type)));
}

function typeOf(key: string): string {
  return key.split('/', 1)[0]!;
}
