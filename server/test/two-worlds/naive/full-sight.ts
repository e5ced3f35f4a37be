/** Whether nothing of a type could be hidden from a caller: a rule permits all of it, whatever it carries and whoever objects (search-semantics §3). */
import type { Json } from '../json.ts';
import type { SceneCaller, SceneSite } from '../scenario.ts';
import { reachesAll } from './in-scope.ts';
import type { NaiveInteraction } from './interactions.ts';
import { clearsAll } from './labels.ts';
import { covers } from './may-apply.ts';

interface Deciding {
  /** Those that may apply to the type. */
  readonly rules: readonly Json[];
  readonly caller: SceneCaller;
  readonly site: SceneSite;
  /** By the name of the set. */
  readonly combining: ReadonlyMap<string, string>;
}

export function seesAllOf(type: string, interaction: NaiveInteraction, { rules, caller, site, combining }: Deciding): boolean {
  if ((caller.withheld ?? []).length > 0 || caller.ceiling !== undefined) return false;
  if (type === 'Bundle') return false;
  if (caller.purposes.length === 0 && (site.purposesRequired ?? []).length > 0) return false;
  if ([...combining.values()].includes('deny-unless-permit')) return false;
  if (rules.some(({ effect, elements }) => effect === 'deny' && elements === undefined)) return false;
  return reachesAll(caller, type, interaction) && rules.some((rule) => permitsAll(rule, type, combining));
}

function permitsAll(rule: Json, type: string, combining: Deciding['combining']): boolean {
  const { effect, consentExempt, deIdentify, caller: who, resources, clears, set } = rule;
  const { plain, patients } = covers(rule, type);
  return (
    effect === 'permit' &&
    consentExempt !== undefined &&
    deIdentify === undefined &&
    who?.relations === undefined &&
    who?.memberships === undefined &&
    ['labels', 'where', 'codes', 'patients'].every((key) => resources[key] === undefined) &&
    clearsAll(clears) &&
    plain &&
    patients &&
    combining.get(set)?.startsWith('ordered') !== true
  );
}
