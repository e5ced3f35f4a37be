/** what a patient keeps back from an app, the app does not see, wherever it appears; and keeping back is what happens without a tick. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type House, startHouse } from '../break-glass/house.ts';
import { launchOf } from '../break-glass/token.ts';

let house: House;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house?.close());

async function granted(sensitive: readonly string[]) {
  const { begun, finish } = await launchOf(house.running, 'lindqvist', { scope: 'launch/patient patient/*.rs' });
  expect(begun.page.text).toContain('Sensitive parts of your record');
  expect(begun.page.text).not.toMatch(/name="sensitive"[^>]*checked/);
  const answer = await finish(await begun.browser.submit(begun.page, '/consent', { decision: 'allow', sensitive }));
  return async (target: string) => {
    const headers = { authorization: `Bearer ${answer['access_token']}` };
    return fetch(house.running.urls.fhir + target, { headers });
  };
}

const ids = async (answer: Response) =>
  ((await answer.json()) as { entry?: { resource: { id: string } }[] }).entry?.map(({ resource }) => resource.id).sort();

test('without a tick a sensitive part is as absent, in reads and searches alike', async () => {
  const read = await granted([]);
  expect((await read('/Observation/mine-1')).status).toBe(200);
  const [kept, absent] = [await read('/Observation/psychiatry'), await read('/Observation/none')];
  expect([kept.status, await kept.text()]).toEqual([absent.status, await absent.text()]);
  expect(await ids(await read('/Observation'))).toEqual(['mine-1', 'mine-2', 'mine-3']);
});

test('a tick lets the app see that part', async () => {
  const read = await granted(['mental']);
  expect((await read('/Observation/psychiatry')).status).toBe(200);
  const other = await granted(['sexual', 'genetic']);
  expect((await other('/Observation/psychiatry')).status).toBe(404);
});

test('what no page offered counts for nothing', async () => {
  const read = await granted(['everything', 'PSY']);
  expect((await read('/Observation/psychiatry')).status).toBe(404);
});
