/** FHIR R4 Consent.provision, R5 and R6 Consent.provision: one provision with all that is nested in it, or undefined where it is misshapen. */
import { type Condition, type Effect, flipped, type Provision } from './directive.ts';
import { isMembers, type Members } from './members.ts';

/** What each member is; a member that is not here is a condition that nobody understands. R5 renames `class` and splits it. */
const elements: Readonly<Record<string, Condition['element']>> = Object.freeze({
  period: 'period',
  actor: 'actor',
  purpose: 'purpose',
  action: 'action',
  securityLabel: 'securityLabel',
  class: 'class',
  documentType: 'class',
  resourceType: 'class',
  code: 'code',
  dataPeriod: 'dataPeriod',
  data: 'data',
});
const single: ReadonlySet<string> = new Set(['period', 'dataPeriod']);
/** Members that place no condition. */
const silent: ReadonlySet<string> = new Set(['type', 'id', 'provision']);

/** `above`: the effect of the level above; R4 may write its own `type`, R5 and R6 turn it around at each level. */
export function readProvision(value: unknown, above: Effect, writes: 'type' | 'no type'): Provision | undefined {
  if (!isMembers(value)) return undefined;
  const effect = effectOf(value, above, writes);
  const exceptions = effect === undefined ? undefined : readProvisions(value['provision'], effect, writes);
  const conditions = conditionsOf(value, writes);
  if (effect === undefined || exceptions === undefined || conditions === undefined) return undefined;
  return Object.freeze({ effect, conditions, exceptions });
}

/** Undefined when one of them is misshapen: it could be the one that matters. */
export function readProvisions(list: unknown, above: Effect, writes: 'type' | 'no type'): readonly Provision[] | undefined {
  if (list === undefined) return [];
  if (!Array.isArray(list)) return undefined;
  const read = list.map((one) => readProvision(one, above, writes));
  return read.every((one) => one !== undefined) ? Object.freeze(read) : undefined;
}

function effectOf({ type }: Members, above: Effect, writes: 'type' | 'no type'): Effect | undefined {
  if (type === undefined || writes === 'no type') return flipped[above];
  return type === 'permit' || type === 'deny' ? type : undefined;
}

export function conditionsOf(provision: Members, writes: 'type' | 'no type'): readonly Condition[] | undefined {
  const conditions: Condition[] = [];
  for (const [member, value] of Object.entries(provision)) {
    if (silent.has(member) && !(member === 'type' && writes === 'no type')) continue;
    const element = elements[member];
    if (element === undefined) conditions.push({ element: 'unknown', values: [member] });
    else if (single.has(member)) conditions.push({ element, values: [value] });
    else if (!Array.isArray(value)) return undefined;
    else if (value.length > 0) conditions.push({ element, values: value });
  }
  return Object.freeze(conditions);
}
