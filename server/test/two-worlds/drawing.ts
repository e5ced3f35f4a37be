/** What a scene's requests are drawn from: what this caller sees of it, and what there is. */
import type { Json } from './json.ts';
import type { NaiveDecider } from './naive/decider.ts';
import type { Random } from './random.ts';
import { population } from './resources.ts';
import type { Scene, SceneCaller, SceneFacts, World } from './scenario.ts';

/** What values and ids are drawn from. */
export interface Drawing {
  readonly random: Random;
  readonly types: readonly string[];
  readonly decider: NaiveDecider;
  readonly facts: SceneFacts;
  /** Current states by type: as released, and as they are in either world. */
  readonly shown: ReadonlyMap<string, readonly Json[]>;
  readonly raw: ReadonlyMap<string, readonly Json[]>;
  /** Types of which something is hidden or masked. */
  readonly closed: ReadonlySet<string>;
  /** What is hidden now and was not always: `Type/id/_history/version` of what could be seen. */
  readonly former: readonly string[];
  /** Some scope reaches only some states of what it lets the caller write. */
  readonly writesNarrowly: boolean;
  /** Types of which some rule shows all, or next to all, whatever it carries. */
  readonly nearlyWhole: readonly string[];
}

export function drawing(
  random: Random,
  types: readonly string[],
  decider: NaiveDecider,
  facts: SceneFacts,
  a: World,
  b: World,
  { scopes, policies }: Pick<SceneCaller, 'scopes'> & Pick<Scene, 'policies'> = { scopes: [], policies: [] },
): Drawing {
  const shown = new Map<string, Json[]>();
  const raw = new Map<string, Json[]>();
  const put = (map: Map<string, Json[]>, one: Json) => map.set(one.resourceType, [...(map.get(one.resourceType) ?? []), one]);
  for (const world of [a, b]) {
    for (const versions of Object.values(world)) {
      const current = versions.at(-1);
      if (current === null || current === undefined) continue;
      put(raw, decider.asTold(current));
      const seen = world === a ? decider.sees(current, 'search') : undefined;
      if (typeof seen === 'object') put(shown, seen.form);
    }
  }
  const closed = new Set(
    [...raw]
      .filter(([type, all]) => all.length > 2 * (shown.get(type)?.length ?? 0) || decider.maskable(type, 'search').length > 0)
      .map(([type]) => type),
  );
  const writesNarrowly = scopes.some((scope) => /\.\w*[cud]\w*\?/.test(scope));
  return {
    random,
    types,
    decider,
    facts,
    shown,
    raw,
    closed,
    former: formerOf(decider, a),
    writesNarrowly,
    nearlyWhole: wholeOf(policies),
  };
}

function wholeOf(policies: readonly Json[]): readonly string[] {
  const rules: readonly Json[] = policies.flatMap((set) => set.rules);
  const wide = rules.filter(
    ({ effect, clears }) => effect === 'permit' && clears?.confidentiality === 'V' && clears.other === '*',
  );
  return [...new Set(wide.flatMap(({ resources }) => resources.types ?? []))];
}

function formerOf(decider: NaiveDecider, world: World): readonly string[] {
  const sees = (version: Json) => version !== null && typeof decider.sees(version, 'vread') === 'object';
  return Object.entries(world).flatMap(([key, versions]) =>
    sees(versions.at(-1)) ? [] : versions.flatMap((version, at) => (sees(version) ? [`${key}/_history/${at + 1}`] : [])),
  );
}

/** Types with something to see first; a search over nothing visible tells little. */
export function typeFor({ random, types, shown, closed }: Drawing): string {
  const seen = types.filter((type) => shown.has(type));
  const mixed = seen.filter((type) => closed.has(type));
  if (mixed.length > 0 && random.chance(0.9)) return random.pick(mixed);
  return seen.length > 0 && random.chance(0.97) ? random.pick(seen) : random.pick(types);
}

export function one({ random, shown, raw }: Drawing, type: string): Json | undefined {
  const from = random.chance(0.92) ? (shown.get(type) ?? raw.get(type)) : raw.get(type);
  return from === undefined ? undefined : random.pick(from);
}

/** An id of the type: mostly of something to see, else hidden in either world, or free. */
export function idOf(drawing: Drawing, type: string): string {
  const { random } = drawing;
  const found = one(drawing, type);
  return found !== undefined && random.chance(0.9)
    ? found.id
    : random.pick([`x${1 + random.below(4)}`, 'nowhere', `${population[type]?.[0] ?? 'n'}1`]);
}
