/** Is a type open to a caller at all: some rule may let them in, each set that demands a permit has one, and no deny closes all of it, whatever a resource is. */
import type { Json } from '../json.ts';

export interface Deciding {
  /** Those that may apply to the type. */
  readonly rules: readonly Json[];
  readonly caller: Json;
  /** Of a rule: does it reach what is about nobody, and what is about patients? */
  readonly covers: (rule: Json) => { readonly plain: boolean; readonly patients: boolean };
  /** By the name of the set. */
  readonly combining: ReadonlyMap<string, string>;
  readonly permitsFirst: (rule: Json) => boolean;
}

export function isTypeOpen({ rules, caller, covers, combining, permitsFirst }: Deciding): boolean {
  const permits = rules.filter(({ effect }) => effect === 'permit');
  const has = (set: string) => permits.some((one) => one.set === set);
  const demanding = [...combining].filter(([, algorithm]) => algorithm === 'deny-unless-permit').map(([set]) => set);
  if (permits.length === 0 || !demanding.every(has)) return false;
  return !rules.some((rule) => {
    const { effect, elements, consentable, overridable, caller: who = {}, resources = {}, set } = rule;
    if (effect !== 'deny' || elements !== undefined || consentable === true) return false;
    if (overridable !== undefined && caller.override !== undefined) return false;
    if (permitsFirst(rule) && has(set)) return false;
    const asksResource =
      who.relations !== undefined ||
      who.memberships !== undefined ||
      ['labels', 'where', 'codes', 'patients', 'during'].some((key) => resources[key] !== undefined);
    const { plain, patients } = covers(rule);
    return !asksResource && plain && patients;
  });
}
