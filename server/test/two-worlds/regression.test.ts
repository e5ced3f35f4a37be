/** search-semantics.md section 12: alike in both worlds, the answer of a plain server, and the very answer that is right. */
import { expect, test } from 'vitest';
import { Gateway } from './gateway.ts';
import type { Json } from './json.ts';
import { play } from './play.ts';
import { regressionCases } from './regression-cases.ts';
import { type Asked, ourBase, upstreamBase } from './scenario.ts';
import { Upstream } from './upstream.ts';

test.each(regressionCases)('R-092 $title', async ({ scene, status, ids }) => {
  expect((await play(scene)).differences).toEqual([]);
  const upstream = new Upstream(upstreamBase, scene.habits);
  await upstream.load(scene.a);
  const gateway = new Gateway(upstream, scene);
  const shown: string[] = [];
  let next: Asked | undefined = scene.requests[0];
  const answer = await gateway.ask(next!);
  for (let page = answer; next !== undefined; page = next === undefined ? page : await gateway.ask(next)) {
    for (const { resource, search } of page.json?.entry ?? []) if (search?.mode === 'match') shown.push(resource.id);
    const url: string | undefined = page.json?.link?.find(({ relation }: Json) => relation === 'next')?.url;
    next = url === undefined ? undefined : { method: 'GET', target: url.slice(ourBase.length), tries: [] };
  }
  expect(answer.status).toBe(status);
  if (ids !== undefined) expect(shown).toEqual(ids);
});
