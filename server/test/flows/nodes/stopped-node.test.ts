/**
 * A node that stands still (SIGSTOP: a suspended machine, a long pause of the virtual one) hears nothing, and cannot be waited for: what was ended meanwhile is
 * refused by it from its first answer on (architecture §11: its lease ended before the acknowledgement). Its own process, real HTTP, one PostgreSQL.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTwoNodes, type TwoNodes } from './two-nodes.ts';

let nodes: TwoNodes;
beforeAll(async () => {
  nodes = await startTwoNodes({ apart: true });
});
afterAll(() => nodes?.close());

const ends: readonly (readonly [
  what: string,
  make: () => Promise<{ readonly token: string; readonly end: () => Promise<unknown> }>,
])[] = [
  [
    'a revoked token',
    async () => {
      const token = await nodes.backend.token('system/*.rs');
      return { token, end: () => nodes.backend.revoke(token, nodes.first.issuer) };
    },
  ],
  [
    'a token of a disabled person',
    async () => {
      const { access, person } = await nodes.personToken();
      return { token: access, end: () => nodes.administer('POST', `/people/${person}/disable`) };
    },
  ],
  [
    'a token of a disabled client',
    async () => {
      const { access, client } = await nodes.personToken();
      return { token: access, end: () => nodes.administer('POST', `/clients/${client}/disable`) };
    },
  ],
];

test.each(
  ends.flatMap(([what, make]) =>
    [false, true].map((cut) => [what, cut ? 'its line cut meanwhile' : 'its line whole', make, cut] as const),
  ),
)('%s: acknowledged while the node stands still, refused by it when it goes on, %s', async (_what, _line, make, cut) => {
  const { token, end } = await make();
  for (const at of [nodes.first, nodes.second, nodes.second]) expect(await nodes.status(at, token)).toBe(200);
  nodes.process?.kill('SIGSTOP');
  // Put while it stands still: they lie in its socket, and are the first that it reads.
  const waiting = Array.from({ length: 8 }, () => nodes.status(nodes.second, token));
  try {
    await sleep(100);
    if (cut) expect(await nodes.cutLines()).toBeGreaterThan(0);
    await end();
    expect(await nodes.status(nodes.first, token)).toBe(401);
  } finally {
    nodes.process?.kill('SIGCONT');
  }
  expect(await Promise.all(waiting)).toEqual(waiting.map(() => 401));
  expect(await nodes.status(nodes.second, token)).toBe(401);
});

test.each(ends)('%s: the node goes on before the acknowledgement comes', async (_what, make) => {
  const { token, end } = await make();
  for (const at of [nodes.first, nodes.second, nodes.second]) expect(await nodes.status(at, token)).toBe(200);
  nodes.process?.kill('SIGSTOP');
  const ended = end();
  await sleep(300);
  nodes.process?.kill('SIGCONT');
  await ended;
  expect([await nodes.status(nodes.first, token), await nodes.status(nodes.second, token)]).toEqual([401, 401]);
});

test('and it serves again what is alive', async () => {
  const token = await nodes.backend.token('system/*.rs');
  expect(await nodes.status(nodes.second, token)).toBe(200);
});
