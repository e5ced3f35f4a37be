/**
 * What a tree of provisions may say of one resource, as a set: with everything understood it has one member, with a `maybe` on the way more.
 * The deepest exception that matches decides; siblings combine so that a deny overrides.
 */
import type { ConsentContext } from './consent-effect.ts';
import { type Condition, dataElements, type Effect, flipped, type Provision } from './directive.ts';
import { matchCaller } from './match-caller.ts';
import { type DataCondition, matchData } from './match-data.ts';
import type { ConsentMatter } from './matter.ts';
import { all, type Truth } from './truth.ts';

/** Bits. */
export const PERMIT = 1;
export const DENY = 2;
export const NONE = 4;
const bit: Readonly<Record<Effect, number>> = { permit: PERMIT, deny: DENY };

/** A provision with all that depends on the caller settled. */
export interface Prepared {
  readonly effect: Effect;
  readonly caller: Truth;
  readonly data: readonly DataCondition[];
  readonly exceptions: readonly Prepared[];
  /** A permit within a permit that is not limited to some data is written to focus it: whether the rest is permitted, nobody can tell. */
  readonly focused: boolean;
}

/** Undefined when it cannot matter to this caller now. */
export function prepare(provision: Provision, context: ConsentContext): Prepared | undefined {
  const { effect } = provision;
  const caller = all(provision.conditions.map((one) => matchCaller(one, effect, context) ?? 'yes'));
  if (caller === 'no') return undefined;
  const data = provision.conditions.filter(isData);
  return {
    effect,
    caller,
    data,
    exceptions: provision.exceptions.flatMap((one) => prepare(one, context) ?? []),
    focused: effect === 'permit' && data.length === 0 && provision.exceptions.some((one) => one.effect === 'permit'),
  };
}

function isData(condition: Condition): condition is DataCondition {
  return dataElements.has(condition.element);
}

/** Does the outcome depend on the resource? */
export function readsData({ data, exceptions }: Prepared): boolean {
  return data.some(({ element }) => element !== 'unknown') || exceptions.some(readsData);
}

/**
 * Of the root: whom it addresses, it tells what is permitted, so a permit for some data denies the rest (IHE PCF: forbid, then permit); of a
 * deny for some data, the rest is not its matter. Exceptions reach beyond the data that the root names (PCF advanced examples).
 */
export function rootOutcomes(root: Prepared, matter: ConsentMatter, context: ConsentContext): number {
  const excepted = exceptionOutcomes(root.exceptions, matter, context);
  let outcomes = excepted & ~NONE;
  if ((excepted & NONE) !== 0) {
    const within = matchAll(root, matter, context);
    if (within !== 'no') outcomes |= bit[root.effect];
    if (within !== 'yes') outcomes |= root.effect === 'permit' ? DENY : NONE;
    if (root.focused) outcomes |= DENY;
  }
  return root.caller === 'yes' ? outcomes : outcomes | NONE;
}

/** Every exception says permit, deny or nothing; together, one deny is enough. */
function exceptionOutcomes(exceptions: readonly Prepared[], matter: ConsentMatter, context: ConsentContext): number {
  let together = NONE;
  for (const one of exceptions) together = combine(together, outcomesOf(one, matter, context));
  return together;
}

function outcomesOf(provision: Prepared, matter: ConsentMatter, context: ConsentContext): number {
  const holds = all([provision.caller, matchAll(provision, matter, context)]);
  if (holds === 'no') return NONE;
  const excepted = exceptionOutcomes(provision.exceptions, matter, context);
  let outcomes = excepted & ~NONE;
  if ((excepted & NONE) !== 0) {
    outcomes |= bit[provision.effect];
    if (provision.focused) outcomes |= bit[flipped[provision.effect]];
  }
  return holds === 'yes' ? outcomes : outcomes | NONE;
}

function matchAll({ data, effect }: Prepared, matter: ConsentMatter, context: ConsentContext): Truth {
  return all(data.map((one) => matchData(one, effect, matter, context)));
}

/** Whatever two of them may say together. */
function combine(one: number, other: number): number {
  let together = (one | other) & DENY;
  if ((one & ~DENY) !== 0 && (other & ~DENY) !== 0) {
    if (((one | other) & PERMIT) !== 0) together |= PERMIT;
    if ((one & other & NONE) !== 0) together |= NONE;
  }
  return together;
}
