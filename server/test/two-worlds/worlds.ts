/**
 * Two worlds that agree on everything that one caller may see and differ in the rest: hidden resources added, changed and removed, masked
 * values replaced by others, hidden versions rewritten. What may be seen is the naive decider's word, for every interaction.
 */
import { copy, type Json, same } from './json.ts';
import { NaiveDecider } from './naive/decider.ts';
import { interactions } from './naive/interactions.ts';
import type { Random } from './random.ts';
import { generate, patients, population } from './resources.ts';
import type { Scene, SceneFacts, Versions, World } from './scenario.ts';

export function subjectsFor(random: Random): SceneFacts['subjects'] {
  const found: Record<string, readonly string[]> = {};
  for (const [type, [prefix, size]] of Object.entries(population)) {
    for (let at = 1; at <= size + 4; at++) {
      const id = at <= size ? `${prefix}${at}` : `x${at - size}`;
      // Some cannot be told, some are about nobody.
      if (!random.chance(0.05)) found[`${type}/${id}`] = random.chance(0.05) ? [] : [random.pick(patients)];
    }
  }
  return found;
}

export function worldFor(random: Random, types: readonly string[], subjects: SceneFacts['subjects']): World {
  const world: Record<string, Versions> = {};
  for (const type of types) {
    const [prefix, size] = population[type]!;
    for (let at = 1; at <= size; at++) {
      const versions: (Json | null)[] = [];
      for (let count = random.chance(0.25) ? 2 : 1; count > 0; count--)
        versions.push(generate(random, type, `${prefix}${at}`, subjects));
      if (random.chance(0.06) && type !== 'Patient') {
        versions.push(null);
        if (random.chance(0.3)) versions.push(generate(random, type, `${prefix}${at}`, subjects));
      }
      world[`${type}/${prefix}${at}`] = versions;
    }
  }
  return world;
}

/** The other world, and what may be done to hidden things in the middle of a request. */
export function otherWorld(
  random: Random,
  a: World,
  decider: NaiveDecider,
  facts: SceneFacts,
  types: readonly string[],
): Pick<Scene, 'b' | 'churn'> {
  const b: Record<string, Versions> = {};
  const churn: { key: string; resource: Json | null }[] = [];
  const another = (key: string) => hiddenOne(random, key, decider, facts);
  for (const [key, versions] of Object.entries(a)) {
    if (!isHidden(decider, versions)) {
      b[key] = masked(random, decider, versions, facts);
      continue;
    }
    const other = random.chance(0.3) ? undefined : random.chance(0.4) ? nearly(random, versions, decider, facts) : another(key);
    if (other !== undefined) b[key] = [other];
    else if (random.chance(0.4)) b[key] = versions;
    if (random.chance(0.5)) churn.push({ key, resource: random.chance(0.5) ? null : (another(key) ?? null) });
  }
  for (const type of types) {
    for (let at = 1; at <= 4; at++) {
      const found = another(`${type}/x${at}`);
      if (found === undefined) continue;
      const where = random.below(5);
      if (where < 3) b[`${type}/x${at}`] = [found];
      else if (where === 3) churn.push({ key: `${type}/x${at}`, resource: found });
    }
  }
  return { b, churn: random.shuffled(churn).slice(0, 12) };
}

/** Do both worlds agree on everything that the caller may see? What is made smaller must still be a case of the law. */
export function agree(scene: Scene): boolean {
  const { a, b, churn } = scene;
  const decider = new NaiveDecider(scene);
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  const hidden = (versions: Versions | undefined) => versions === undefined || isHidden(decider, versions);
  return (
    keys.every((key) => (hidden(a[key]) && hidden(b[key])) || (!!a[key] && !!b[key] && alike(decider, a[key], b[key]))) &&
    churn.every(({ key, resource }) => hidden(a[key]) && hidden(b[key]) && (resource === null || isHidden(decider, [resource])))
  );
}

/** Hidden to every interaction, and not because of a rule that announces it, nor from somebody who may break the glass for it. */
export function isHidden(decider: NaiveDecider, versions: Versions): boolean {
  const last = versions.findLast((version) => version !== null);
  return (
    last === undefined ||
    interactions.every((interaction) => interaction === 'create' || decider.sees(last, interaction) === undefined)
  );
}

function hiddenOne(random: Random, key: string, decider: NaiveDecider, facts: SceneFacts): Json | undefined {
  const [type = '', id = ''] = key.split('/');
  for (let attempt = 0; attempt < 4; attempt++) {
    const one = generate(random, type, id, facts.subjects);
    if (isHidden(decider, [one])) return one;
  }
  return undefined;
}

/** The same but for one member, still hidden: what only a label rule looks at, say. */
function nearly(random: Random, versions: Versions, decider: NaiveDecider, facts: SceneFacts): Json | undefined {
  const last = versions.at(-1);
  if (last === null || last === undefined) return undefined;
  for (let attempt = 0; attempt < 4; attempt++) {
    const fresh = generate(random, last.resourceType, last.id, facts.subjects);
    const among = Object.keys({ ...last, ...fresh }).filter((key) => !['resourceType', 'id'].includes(key));
    const member = random.pick(['code', 'type', 'reasonCode', ...among].filter((key) => among.includes(key)));
    const { [member]: _, ...rest } = last;
    const one = member in fresh ? { ...rest, [member]: fresh[member] } : rest;
    if (isHidden(decider, [one])) return one;
  }
  return undefined;
}

/** The same versions with other masked values, and other hidden ones, wherever nobody can tell. */
function masked(random: Random, decider: NaiveDecider, versions: Versions, facts: SceneFacts): Versions {
  const result = [...versions];
  for (const [at, version] of versions.entries()) {
    if (version === null) continue;
    const paths = masksOf(decider, version);
    for (let attempt = 0; attempt < 3; attempt++) {
      const variant = generate(random, version.resourceType, version.id, facts.subjects);
      const candidate = paths === undefined ? variant : copy(version);
      for (const path of paths ?? []) {
        const [, type, below] = /^contained:(\w+)\.(.+)$/.exec(path) ?? [];
        if (type === undefined || below === undefined) graft(random, candidate, variant, path.split('.'));
        else graftInside(random, candidate, generate(random, type, 'in', facts.subjects), below);
      }
      const tried = result.with(at, candidate);
      if (!alike(decider, versions, tried)) continue;
      result[at] = candidate;
      break;
    }
  }
  return result;
}

/** Paths masked in whatever way it is seen; undefined = this version is hidden. */
function masksOf(decider: NaiveDecider, version: Json): readonly string[] | undefined {
  const seen = interactions.filter((one) => one !== 'create').map((interaction) => decider.sees(version, interaction));
  if (seen.every((one) => one === undefined)) return undefined;
  const masks = seen.flatMap((one) => (typeof one === 'object' ? [one.mask] : []));
  const common = (masks[0] ?? []).filter((path) => masks.every((mask) => mask.includes(path)));
  return common.length === 0 ? [] : [...common, 'text'];
}

/** Is every version seen, or hidden, in the same way and form? */
function alike(decider: NaiveDecider, one: Versions, other: Versions): boolean {
  if (one.length !== other.length) return false;
  return one.every((version, at) => {
    const candidate = other[at];
    if (version === null || candidate === null || candidate === undefined) return version === candidate;
    return interactions.every((interaction) => {
      if (interaction === 'create') return true;
      const [a, b] = [decider.sees(version, interaction), decider.sees(candidate, interaction)];
      if (typeof a !== 'object' || typeof b !== 'object') return a === b && (a === undefined || same(version, candidate));
      return same(a.form, b.form) && same(a.mask, b.mask);
    });
  });
}

function graftInside(random: Random, to: Json, from: Json, path: string): void {
  for (const inner of to.contained ?? [])
    if (inner.resourceType === from.resourceType) graft(random, inner, from, path.split('.'));
}

function graft(random: Random, to: Json, from: Json, path: readonly string[]): void {
  const [step = '', ...rest] = path;
  if (rest.length === 0) {
    if (step in from) to[step] = copy(from[step]);
    else if (random.chance(0.5)) delete to[step];
    return;
  }
  const [target, source] = [to[step], from[step]];
  if (Array.isArray(target) && Array.isArray(source)) {
    for (const [at, item] of target.entries()) if (source[at] !== undefined) graft(random, item, source[at], rest);
  } else if (typeof target === 'object' && typeof source === 'object') graft(random, target, source, rest);
}
