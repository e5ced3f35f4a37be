// hardening B11-131 to B11-150: challenges, headers, caches, tokens and ids as ways around a decision.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, type TwoWards, twoWards } from './two-wards.ts';

let place: TwoWards;
beforeAll(async () => {
  place = await twoWards();
});
afterAll(async () => place?.close());

test('B11-131 the challenge is the same for what is hidden and what is absent', async () => {
  const token = { expiresAt: Date.now() - 1 };
  const [hidden, absent] = [
    await ask(place.a, { path: '/Observation/secret', token }),
    await ask(place.a, { path: '/Observation/never', token }),
  ];
  expect(hidden).toEqual(absent);
  expect(hidden.status).toBe(401);
});

test.each(['age', 'x-cache', 'server-timing', 'x-ratelimit-remaining', 'server', 'x-powered-by', 'via'])(
  'B11-133 no header %s',
  async (name) => {
    for (const path of ['/Observation', '/Observation/mine-1', '/Observation/secret'])
      expect((await place.alike({ path })).headers).not.toHaveProperty(name);
  },
);

test('B11-134 nothing may be kept by caches, whatever the answer', async () => {
  for (const path of ['/Observation', '/Observation/mine-1', '/Observation/secret', '/Observation?nonsense=1']) {
    expect((await place.alike({ path })).headers['cache-control']).toContain('no-store');
  }
});

test('B11-139 the server behind answers nobody but us', async () => {
  const url = `${place.wards[0].server.url}/Patient/other`;
  const user = place.a.token();
  for (const authorization of [undefined, `Bearer ${user}`]) {
    expect((await fetch(url, { headers: authorization === undefined ? {} : { authorization } })).status).toBe(401);
  }
});

test('B11-143 to know an id opens nothing', async () => {
  const told = await ask(place.a, { path: '/Observation?_id=ghost-1,ghost-2,ghost-3,secret' });
  expect(JSON.parse(told.text).entry ?? []).toEqual([]);
});

test('B11-146 a missing scope is told in the same words for every type and id', async () => {
  const token = { scope: 'user/Encounter.rs' };
  const told = await Promise.all(
    ['/Observation/secret', '/Observation/never', '/Condition', '/Patient?name=x'].map((path) => ask(place.a, { path, token })),
  );
  expect(new Set(told.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  expect(told[0]!.status).toBe(403);
});

test('B11-147 each page asks for a token that lives', async () => {
  const first = await fetch(`${place.a.base}/Observation?_count=1`, {
    headers: { authorization: `Bearer ${place.a.token()}` },
  });
  const { link } = (await first.json()) as { link: { relation: string; url: string }[] };
  const next = link.find(({ relation }) => relation === 'next')!.url;
  expect((await ask(place.a, { path: next.slice(place.a.base.length), token: { expiresAt: Date.now() - 1 } })).status).toBe(
    401,
  );
});

test('B11-150 a service has what it was given itself, and nothing for being a service', async () => {
  const token = { scope: 'system/*.cruds', person: undefined, client: { id: 'service', name: 'A service', roles: [] } };
  for (const path of ['/Observation/mine-1', '/Observation/secret', '/Observation']) {
    expect((await place.alike({ path, token })).status).toBe(403);
  }
});
