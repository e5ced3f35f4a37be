/** The law of two worlds where Fireguard keeps some of the Consents itself: they are seen, hidden, listed and told like any other resource, and none twice. */
import { expect, test } from 'vitest';
import { testStorage } from '../../src/storage/testing.ts';
import { Gateway } from './gateway.ts';
import { keptUpstream } from './kept-upstream.ts';
import { makeScene } from './make-scene.ts';
import { NaiveDecider } from './naive/decider.ts';
import { play } from './play.ts';
import type { Asked, Scene } from './scenario.ts';
import { servedFeatures } from './served.ts';

const SCENES = Number(process.env['FIREGUARD_KEPT_SCENES'] ?? 3);

const asked: readonly Asked[] = [
  ...['', '?_count=2', '?patient=Patient/p1', '?status=active', '?status=inactive&_count=1', '?_sort=-date', '?_id=co1,co2,x1'],
  ...['?_sort=date&_count=1', '?_include=Consent:patient', '?patient=Patient/p2,Patient/p3&_count=2', '?date=ge2022'],
]
  .map((query): Asked => ({ method: 'GET', target: `/Consent${query}`, tries: ['search'] }))
  .concat(
    ['co1', 'co2', 'co3', 'x1'].flatMap((id): readonly Asked[] => [
      { method: 'GET', target: `/Consent/${id}`, tries: ['read'] },
      { method: 'GET', target: `/Consent/${id}/_history`, tries: ['history-instance'] },
      { method: 'GET', target: `/Consent/${id}/_history/1`, tries: ['vread'] },
    ]),
    { method: 'GET', target: '/Consent/_history', tries: ['history-type'] },
    { method: 'GET', target: '/Consent/_history?_count=2', tries: ['history-type'] },
    { method: 'GET', target: '/Patient?_revinclude=Consent:patient', tries: ['search'] },
  );

test(
  'R-092 R-026 Consents that Fireguard keeps are served under the law of two worlds, in one list with those of the server behind',
  async () => {
    const served = await servedFeatures();
    let [scenes, shown] = [0, 0];
    for (let seed = 1; scenes < SCENES; seed++) {
      const made = makeScene({ seed, requests: 1, served });
      if (!isAbout(made)) continue;
      scenes++;
      const scene: Scene = { ...made, churn: [], requests: asked };
      const storages = [await testStorage(), await testStorage()];
      const worlds = [scene.a, scene.b];
      const gatewayOver = async () => new Gateway(await keptUpstream(worlds.shift()!, scene, storages[worlds.length]!), scene);
      const { differences, requests } = await play(scene, { gatewayOver });
      for (const storage of storages) await storage.close();
      expect(differences, `seed ${seed}: ${JSON.stringify(differences.map(({ says }) => says.slice(0, 2000)))}`).toEqual([]);
      shown += requests.filter((one) => one.shown && one.status < 400).length;
    }
    expect(shown).toBeGreaterThan(SCENES * 5);
  },
  60_000 + SCENES * 20_000,
);

/** Some Consents are seen, and some are not. */
function isAbout(scene: Scene): boolean {
  const decider = new NaiveDecider(scene);
  const consents = Object.entries(scene.a).flatMap(([key, versions]) =>
    key.startsWith('Consent/') && versions.at(-1) ? [versions.at(-1)] : [],
  );
  const seen = consents.filter((one) => typeof decider.sees(one, 'search') === 'object').length;
  return seen > 0 && seen < consents.length && !decider.seesPseudonyms;
}
