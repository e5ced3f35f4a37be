/** codesystem-operation-subsumes.html: is one code above the other? */
import { unsaid } from '../concept/unsaid.ts';
import type { JsonValue } from '../json/value.ts';
import { Problem } from '../problem.ts';
import { askedCodes } from './asked-codes.ts';
import { namedSystem, systemGiven } from './named-system.ts';
import type { Found, Need } from './need.ts';
import type { TerminologyGiven } from './terminology.ts';

export function* subsumes(terminology: TerminologyGiven): Generator<Need, JsonValue, Found> {
  const system = systemGiven(terminology);
  const [a] = askedCodes(terminology.input, { code: 'codeA', coding: 'codingA', concept: undefined }, system);
  const [b] = askedCodes(terminology.input, { code: 'codeB', coding: 'codingB', concept: undefined }, system);
  if (a!.system !== b!.system || a!.version !== b!.version)
    throw new Problem('parameter-invalid', 'The two codes are of different code systems.');
  const within = yield* namedSystem(terminology, a!);
  const [first, second] = [within.find(a!.code), within.find(b!.code)];
  if (first === undefined || second === undefined) throw unsaid();
  const isBelow = (one: string, other: string): boolean =>
    [...within.above(one)].some((code) => within.find(code) === within.find(other));
  const outcome =
    first === second
      ? 'equivalent'
      : isBelow(second.code, first.code)
        ? 'subsumes'
        : isBelow(first.code, second.code)
          ? 'subsumed-by'
          : 'not-subsumed';
  return { resourceType: 'Parameters', parameter: [{ name: 'outcome', valueCode: outcome }] };
}
