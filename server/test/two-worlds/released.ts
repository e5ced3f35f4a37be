/** The released world: what this caller may see of an upstream, by the naive decider; and what a write may have done to it. */
import { type Json, same, valuesAt } from './json.ts';
import type { NaiveDecider } from './naive/decider.ts';
import { interactions } from './naive/interactions.ts';
import { labelSet } from './naive/labels.ts';
import type { Upstream } from './upstream.ts';

/** How long the log was, and every current state. */
export interface Snapshot {
  readonly length: number;
  readonly current: ReadonlyMap<string, Json>;
}

export function snapshot(upstream: Upstream): Snapshot {
  return { length: upstream.store.log.length, current: upstream.current() };
}

/** Says where the two released worlds differ; undefined when nowhere. */
export function compareReleased(a: Upstream, b: Upstream, decider: NaiveDecider): string | undefined {
  const [one, other] = [a.current(), b.current()];
  for (const key of new Set([...one.keys(), ...other.keys()])) {
    for (const interaction of interactions) {
      if (interaction === 'create') continue;
      const [left, right] = [one, other].map((world) => {
        const current = world.get(key);
        const seen = current === undefined ? undefined : decider.sees(current, interaction);
        return typeof seen === 'object' ? seen.form : null;
      });
      if (!same(left, right)) return `${key} by ${interaction}\n  A: ${JSON.stringify(left)}\n  B: ${JSON.stringify(right)}`;
    }
  }
  return undefined;
}

/** Was everything that happened to the upstream this caller's to do? */
export function wrongWrite(upstream: Upstream, before: Snapshot, decider: NaiveDecider): string | undefined {
  for (const version of upstream.store.log.slice(before.length)) {
    const { key } = version;
    const [old, fresh] = [before.current.get(key), version.bytes === undefined ? undefined : version.value];
    const wrong = wrongChange(old, fresh, decider, fresh ? decider.ofWriting(fresh, old, before.current) : undefined);
    if (wrong !== undefined) return `${key} ${wrong}`;
  }
  return undefined;
}

/** `later`: judges the new state. */
function wrongChange(
  old: Json | undefined,
  fresh: Json | undefined,
  decider: NaiveDecider,
  later: NaiveDecider = decider,
): string | undefined {
  const may = (resource: Json, ...any: readonly ('read' | 'create' | 'update' | 'patch' | 'delete')[]) =>
    any.some((interaction) => typeof (resource === fresh ? later : decider).sees(resource, interaction) === 'object');
  if (old === undefined) {
    if (fresh === undefined) return undefined;
    if (!may(fresh, 'create')) return 'was created, which is not permitted';
    const labelled = labelSet(fresh).length > 0 && !later.mayLabel(fresh, 'create');
    return labelled ? 'was created with labels of the writer’s own' : undefined;
  }
  const seen = decider.sees(old, 'read');
  if (typeof seen !== 'object') return 'was changed, and cannot be seen';
  if (fresh === undefined) return may(old, 'delete') ? undefined : 'was deleted, which is not permitted';
  if (!may(old, 'update', 'patch')) return 'was changed, and its old state may not be';
  if (!may(fresh, 'update', 'patch')) return 'was changed to a state that is not permitted';
  const mayLabel = (['update', 'patch'] as const).some((each) => decider.mayLabel(old, each) && later.mayLabel(fresh, each));
  if (!mayLabel && !same(labelSet(old), labelSet(fresh))) return 'got other labels';
  if (!same(decider.patients(old), later.patients(fresh))) return 'was moved to other patients';
  const lost = seen.mask.find((path) => !same(valuesAt(old, path), valuesAt(fresh, path)));
  return lost === undefined ? undefined : `lost what is masked at ${lost}`;
}

/** Every resource with an id at any depth, but not what is contained. */
export function everyResource(value: Json): readonly Json[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(everyResource);
  // What is in a Bundle that is stored is a copy: the Bundle is what may be read, or not.
  if (value.resourceType === 'Bundle' && value.id !== undefined) return [value];
  const inner = Object.entries(value).flatMap(([key, member]) => (key === 'contained' ? [] : everyResource(member)));
  const envelope = ['Bundle', 'Parameters', 'OperationOutcome', 'CapabilityStatement'].includes(value.resourceType);
  return typeof value.resourceType === 'string' && typeof value.id === 'string' && !envelope ? [value, ...inner] : inner;
}
