/** Alert rules that policies demand: the officers are told when a permit with `obligations: { notify: true }` let somebody in (architecture §6). */
import type { CompiledPolicies } from '@fireguard/engine';
import type { WatchedRule } from './config.ts';

const MINUTES = 15;

/** Of a search, the rules that let something through; whether it found anything is looked up in the trail. */
export function demandedNotices({ rules }: CompiledPolicies): readonly WatchedRule[] {
  return rules
    .filter(({ notify }) => notify)
    .map(({ id, description }) => ({
      id: `policy-${id}`,
      description: `A rule let somebody in that demands a notice: ${description}`,
      when: { kinds: ['request'], outcomes: ['permit'], rules: [id] },
      count: 1,
      of: 'records',
      per: 'caller',
      withinMinutes: MINUTES,
    }));
}
