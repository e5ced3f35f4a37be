/** What a Bundle that is answered says of itself: the high-water mark of what is in it, and of nothing else. */
import type { Answered } from './gateway.ts';
import { type Json, same } from './json.ts';
import type { Asked } from './scenario.ts';
import type { Judging } from './wrong-answer.ts';

export function wrongLabels({ tries }: Asked, { json }: Answered, { decider, before }: Judging): string | undefined {
  if (json?.resourceType !== 'Bundle' || json.type !== 'searchset') return undefined;
  const keys: readonly string[] = (json.entry ?? []).map(({ resource }: Json) => `${resource?.resourceType}/${resource?.id}`);
  const ofPatient = tries.includes('$everything');
  const expected = decider.bundleLabels(
    keys.flatMap((key) => before.current.get(decider.behind(key) ?? '') ?? []),
    ({ resourceType }) => (ofPatient && resourceType === 'Patient' ? 'read' : 'search'),
  );
  const told = (json.meta?.security ?? []).map(({ system, code }: Json) => `${system}|${code}`).sort();
  return same(told, expected) ? undefined : `the Bundle says ${told}, expected ${expected}`;
}
