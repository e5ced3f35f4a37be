/** Makes a scene that fails as small as it can be while it still fails in the same way: fewer requests, rules, resources, facts and words. */
import type { Json } from './json.ts';
import { type Difference, play } from './play.ts';
import type { Asked, Scene, World } from './scenario.ts';
import { agree } from './worlds.ts';

const MOST_ATTEMPTS = 600;

export async function shrink(scene: Scene, kind: Difference['kind']): Promise<Scene> {
  let best = scene;
  let attempts = 0;
  for (let smaller = true; smaller && attempts < MOST_ATTEMPTS; ) {
    smaller = false;
    for (const candidate of candidates(best)) {
      if (attempts++ >= MOST_ATTEMPTS) break;
      if (!(await fails(candidate, kind))) continue;
      best = candidate;
      smaller = true;
      break;
    }
  }
  return best;
}

async function fails(scene: Scene, kind: Difference['kind']): Promise<boolean> {
  if (!agree(scene)) return false;
  try {
    const { differences } = await play(scene, { stopAtFirst: true });
    return differences.some((each) => each.kind === kind);
  } catch {
    return false;
  }
}

/** Big cuts first. */
function* candidates(scene: Scene): Generator<Scene> {
  for (const requests of cuts(scene.requests)) yield { ...scene, requests };
  for (const churn of cuts(scene.churn)) yield { ...scene, churn };
  for (const keys of cuts([...new Set([...Object.keys(scene.a), ...Object.keys(scene.b)])]))
    yield { ...scene, a: only(scene.a, keys), b: only(scene.b, keys) };
  for (const [at, policy] of scene.policies.entries()) {
    for (const rules of cuts<Json>(policy.rules))
      if (rules.length > 0) yield { ...scene, policies: scene.policies.with(at, { ...policy, rules }) };
  }
  const { relations, consents, subjects } = scene.facts;
  for (const key of ['relations', 'consents', 'subjects'] as const) {
    const facts: Readonly<Record<string, unknown>> = { relations, consents, subjects }[key];
    for (const keys of cuts(Object.keys(facts)))
      yield { ...scene, facts: { ...scene.facts, [key]: Object.fromEntries(keys.map((each) => [each, facts[each]])) } };
  }
  for (const [at, asked] of scene.requests.entries())
    for (const fewer of shorter(asked)) yield { ...scene, requests: scene.requests.with(at, fewer) };
}

function only(world: World, keys: readonly string[]): World {
  return Object.fromEntries(Object.entries(world).filter(([key]) => keys.includes(key)));
}

/** Without one half, without one quarter …, without one. */
function* cuts<T>(list: readonly T[]): Generator<readonly T[]> {
  for (let size = Math.ceil(list.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < list.length; at += size) yield [...list.slice(0, at), ...list.slice(at + size)];
  }
}

function* shorter(asked: Asked): Generator<Asked> {
  const [place = '', query] = asked.target.split('?');
  if (query !== undefined && asked.plain === undefined) {
    const terms = query.split('&');
    for (const left of cuts(terms)) yield { ...asked, target: left.length === 0 ? place : `${place}?${left.join('&')}` };
  }
  if (asked.headers !== undefined && !asked.target.endsWith('/_search'))
    yield { method: asked.method, target: asked.target, body: asked.body, tries: asked.tries };
}
