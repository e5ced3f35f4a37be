/** The law of two worlds (architecture §5, search-semantics.md): random worlds on fixed seeds, every case that was ever found, and the harness itself. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeScene } from './make-scene.ts';
import { mutants } from './mutants.ts';
import { play } from './play.ts';
import { run } from './run.ts';
import { servedFeatures } from './served.ts';
import { ThroughHttp } from './through-http.ts';

const kept = path.join(import.meta.dirname, 'kept');
const cases = readdirSync(kept).filter((name) => name.endsWith('.json'));
const engine = path.resolve(import.meta.dirname, '../../../engine/src');

describe('the law of two worlds', () => {
  test('R-092 I11: 3,000 random requests are answered alike in both worlds, and as a plain server over the released world would', async () => {
    const found = await run({ requests: 3000, seed: 2, mostFailures: 3 });
    expect(found.differences.map(({ says, scene }) => `${says}\n${JSON.stringify(scene)}`)).toEqual([]);
    expect(found.gaps).toEqual([]);
  }, 600_000);

  test('R-092 I11: and so does the real gateway over HTTP', async () => {
    const served = await servedFeatures();
    for (let seed = 1; seed <= 12; seed++) {
      const made = makeScene({ seed, requests: 20, served });
      // The kit's tokens are of people who broke no glass and kept nothing back.
      const { override, overrideEnded: _, withheld, ...caller } = made.caller;
      if (override !== undefined || withheld !== undefined) continue;
      const scene = { ...made, caller };
      const opened: ThroughHttp[] = [];
      const gatewayOver = async (...over: Parameters<typeof ThroughHttp.start>) => {
        const one = await ThroughHttp.start(...over);
        opened.push(one);
        return one;
      };
      const { differences } = await play(scene, { gatewayOver });
      await Promise.all(opened.map((one) => one.close()));
      expect(differences, JSON.stringify(scene)).toEqual([]);
    }
  }, 300_000);

  test.each(cases)('what was once found stays closed: %s', async (name) => {
    const { differences } = await play(JSON.parse(readFileSync(path.join(kept, name), 'utf8')));
    expect(differences).toEqual([]);
  });
});

describe('the harness itself', () => {
  test.each(mutants)('the mutant $id fits the engine as it is', ({ file, find }) => {
    expect(readFileSync(path.join(engine, file), 'utf8').split(find).length).toBe(2);
  });
});
