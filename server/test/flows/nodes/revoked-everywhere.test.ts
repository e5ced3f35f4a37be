/**
 * What was ended is refused by every node from the moment that the end is acknowledged (R-048, architecture §11), also by a node whose notification line is
 * cut: it then trusts nothing it remembers. Two gateways, two authorization servers, one PostgreSQL, real HTTP.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lateAnswers, startTwoNodes, type TwoNodes, whileCut } from './two-nodes.ts';

let nodes: TwoNodes;
beforeAll(async () => {
  nodes = await startTwoNodes();
});
afterAll(() => nodes?.close());

const both = (token: string) => Promise.all([nodes.status(nodes.first, token), nodes.status(nodes.second, token)]);

/** Both have read it twice, and so remember what it means. */
async function known(token: string): Promise<string> {
  for (let times = 0; times < 2; times += 1) expect(await both(token)).toEqual([200, 200]);
  return token;
}

/** What can be ended, each by its own acknowledged request. */
const ends: readonly (readonly [
  what: string,
  make: () => Promise<{ readonly token: string; readonly end: () => Promise<unknown> }>,
])[] = [
  [
    'a revoked token',
    async () => {
      const token = await nodes.backend.token('system/*.rs');
      return { token, end: async () => expect((await nodes.backend.revoke(token, nodes.first.issuer)).status).toBe(200) };
    },
  ],
  [
    'a token of a disabled client',
    async () => {
      const other = await nodes.newBackend();
      return { token: await other.token('system/*.rs'), end: () => nodes.administer('POST', `/clients/${other.id}/disable`) };
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
    'a token of a removed app',
    async () => {
      const { access, client } = await nodes.personToken();
      return { token: access, end: () => nodes.administer('DELETE', `/clients/${client}`) };
    },
  ],
  [
    'a token whose refresh token was revoked',
    async () => {
      const { access, refresh, client } = await nodes.personToken();
      const body = new URLSearchParams({ token: refresh, client_id: client });
      return {
        token: access,
        end: async () => expect((await fetch(`${nodes.second.issuer}/revoke`, { method: 'POST', body })).status).toBe(200),
      };
    },
  ],
];

test('a revocation on one node holds on both when it is acknowledged, ten times over', async () => {
  for (let times = 0; times < 10; times += 1) {
    const token = await known(await nodes.backend.token('system/*.rs'));
    const { status } = await nodes.backend.revoke(token, (times % 2 === 0 ? nodes.first : nodes.second).issuer);
    expect(status).toBe(200);
    expect(await both(token)).toEqual([401, 401]);
  }
});

test.each(ends)('%s is refused by both when that is acknowledged, whatever was asked meanwhile', async (_what, make) => {
  const { token, end } = await make();
  await known(token);
  expect(await lateAnswers(nodes, token, end)).toEqual([]);
});

test.each(ends)('%s: also when nothing reaches the nodes, because their lines are cut again and again', async (_what, make) => {
  const { token, end } = await make();
  await whileCut(nodes, async () => {
    expect(await both(token)).toEqual([200, 200]);
    expect(await lateAnswers(nodes, token, end)).toEqual([]);
  });
});

test('a disabled person refreshes nothing, at either node', async () => {
  const { refresh, person, client } = await nodes.personToken();
  await nodes.administer('POST', `/people/${person}/disable`);
  for (const { issuer } of [nodes.second, nodes.first]) {
    const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refresh, client_id: client });
    const answer = await fetch(`${issuer}/token`, { method: 'POST', body });
    expect([answer.status, ((await answer.json()) as { error: string }).error]).toEqual([400, 'invalid_grant']);
  }
});
