/** The code system that `$lookup` and `$subsumes` work in: of the instance, or that which the code names. */
import { type CodeSystem, codeSystem } from '../concept/code-system.ts';
import { Problem } from '../problem.ts';
import type { AskedCode } from './asked-codes.ts';
import type { Found, Need } from './need.ts';
import type { TerminologyGiven } from './terminology.ts';

export function systemGiven({ input, subject }: TerminologyGiven): string | undefined {
  return input.one('system') ?? (subject === undefined ? undefined : codeSystem(subject).url);
}

export function* namedSystem(
  { input, subject, book }: TerminologyGiven,
  { system, version }: Pick<AskedCode, 'system' | 'version'>,
): Generator<Need, CodeSystem, Found> {
  if (subject !== undefined) {
    const own = codeSystem(subject);
    if (own.url !== system) throw new Problem('parameter-invalid', 'The code is of another code system than this.');
    return own;
  }
  const wanted = version ?? input.one('version');
  return yield* book.system(wanted === undefined ? system : `${system}|${wanted}`);
}
