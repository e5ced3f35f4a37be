/** A whole scene from a seed: caller, policies and facts; a world, its other; and requests. */

import { callerFor, relationsFor } from './callers.ts';
import { consentsFor } from './consents.ts';
import { drawing } from './drawing.ts';
import type { Json } from './json.ts';
import { NaiveDecider } from './naive/decider.ts';
import { policiesFor } from './policies.ts';
import { Random } from './random.ts';
import { requestFor } from './requests.ts';
import { types as allTypes, terminology } from './resources.ts';
import { groups } from './rule-conditions.ts';
import type { Scene, World } from './scenario.ts';
import { containersFor, pointersFor, siteFor } from './site.ts';
import { themes } from './theme.ts';
import { otherWorld, subjectsFor, worldFor } from './worlds.ts';

export interface SceneOptions {
  readonly seed: number;
  readonly requests: number;
  readonly served: ReadonlySet<string>;
  /** Instead of random ones. */
  readonly policies?: readonly Json[] | undefined;
  readonly world?: World | undefined;
}

const MOST_VISIBLE = 0.65;

/** Scenes in which next to nothing may be seen tell little; a few of them are kept all the same. */
export function makeScene(options: SceneOptions): Scene {
  const random = new Random(options.seed);
  random.theme = random.weighted(themes);
  const wanted = random.chance(0.03) ? 0 : 25;
  for (let attempt = 0; ; attempt++) {
    const scene = attemptScene(random, options, attempt < 16 ? wanted : 0);
    if (scene !== undefined) return scene;
  }
}

function attemptScene(random: Random, { requests, served, policies, world }: SceneOptions, wanted: number): Scene | undefined {
  const heavy = random.some(['Observation', 'Condition', 'Encounter'], 1, 3);
  const themed = random.some(random.theme.types ?? [], 2, 4);
  const ordinary = allTypes.filter((type) => !terminology.includes(type));
  const coded = random.about('coded types', 0.4) ? terminology : [];
  const types = [...new Set(['Patient', ...heavy, ...themed, ...random.some(ordinary, 3, 5), ...coded])];
  const caller = callerFor(random);
  const subjects = subjectsFor(random);
  const site = siteFor(random);
  const memberships = random.chance(0.8) ? random.some(groups, 0, 2) : undefined;
  const relations = relationsFor(random, caller);
  const facts = {
    relations,
    consents: consentsFor(random, caller, memberships === undefined ? { relations } : { relations, memberships }),
    subjects,
    pointers: pointersFor(random, subjects),
    ...(memberships === undefined ? {} : { memberships }),
    ...(site.labels?.inherit === true ? { containers: containersFor(random, subjects) } : {}),
  };
  const rules = policies ?? policiesFor(random, types);
  const decider = new NaiveDecider({ policies: rules, site, caller, facts });
  const a = world ?? worldFor(random, types, subjects);
  const visible = Object.values(a).filter(
    (versions) => typeof decider.sees(versions.at(-1) ?? versions[0], 'search') === 'object',
  ).length;
  // Where nearly everything is hidden, or nothing, there is little to tell.
  if (wanted > 0 && (visible < wanted || visible > Object.keys(a).length * MOST_VISIBLE)) return undefined;
  const { b, churn } = otherWorld(random, a, decider, facts, types);
  const at = drawing(random, types, decider, facts, a, b, { scopes: caller.scopes, policies: rules });
  const habits = random.weighted<Scene['habits'] & object>([
    [6, {}],
    [3, { tieOrder: 'insertion' }],
    [1, { foldsAccents: true, negatesNe: true }],
  ]);
  const upstreamPage = random.pick([2, 3, 5, undefined]);
  return {
    theme: random.theme.name,
    policies: rules,
    site,
    caller,
    facts,
    a,
    b,
    churn,
    habits,
    upstreamPage,
    requests: Array.from({ length: requests }, () => {
      const asked = requestFor(at, served);
      return decider.seesPseudonyms ? { ...asked, tries: [...asked.tries, 'by pseudonyms'] } : asked;
    }),
  };
}
