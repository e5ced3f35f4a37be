/** Which features the engine serves, found by asking a world in which everything is permitted: the harness grows with what is served. */

import { drawing } from './drawing.ts';
import { Gateway } from './gateway.ts';
import { NaiveDecider } from './naive/decider.ts';
import { Random } from './random.ts';
import { features } from './requests.ts';
import { types } from './resources.ts';
import { type SceneCaller, upstreamBase } from './scenario.ts';
import { Upstream } from './upstream.ts';
import { subjectsFor, worldFor } from './worlds.ts';

const ATTEMPTS = 40;

export async function servedFeatures(): Promise<ReadonlySet<string>> {
  const random = new Random(20260101);
  const caller: SceneCaller = { kind: 'user', client: 'app', roles: [], scopes: ['user/*.cruds'], purposes: [] };
  const clears = { confidentiality: 'V', sensitivities: '*', other: '*' };
  const rule = {
    id: 'all',
    description: 'Everything is permitted.',
    effect: 'permit',
    interactions: { group: ['C', 'R', 'U', 'D', 'E'] },
    resources: { categories: ['anonymous', 'business', 'individual', 'patient', 'not-classified'] },
    clears,
    mask: ['Observation.note', 'Patient.birthDate'],
  };
  const facts = { relations: {}, consents: {}, subjects: subjectsFor(random) };
  const scene = { policies: [{ policySet: 'open', version: 1, combining: 'deny-overrides', rules: [rule] }], caller, facts };
  const world = worldFor(random, types, facts.subjects);
  const upstream = new Upstream(upstreamBase);
  await upstream.load(world);
  const gateway = new Gateway(upstream, scene);
  const at = drawing(random, types, new NaiveDecider(scene), facts, world, world, {
    scopes: caller.scopes,
    policies: [{ rules: [{ ...rule, resources: { types } }] }],
  });
  const served = new Set<string>();
  for (const [name, [, make]] of Object.entries(features)) {
    let asks = 0;
    for (let attempt = 0; attempt < ATTEMPTS && !served.has(name); attempt++) {
      const asked = make(at);
      if (asked === undefined) continue;
      asks += 1;
      // What throws something else than a Problem is broken, which is not the same as not served.
      const status = await gateway.ask(asked).then(
        (answer) => answer.status,
        () => 200,
      );
      if (status < 300) served.add(name);
    }
    // What nobody asks in such a world is refused in none.
    if (asks === 0) served.add(name);
  }
  return served;
}
