/** One sentence that a person understands, for the privacy officer: who asked for what, what came of it, and why. Never for the caller. */
import type { Explanation } from '../decision/explain.ts';
import type { CallerWords, Case } from './case.ts';
import { caseAsks } from './case-input.ts';

export function caseSentence(one: Case, words: CallerWords, { result, near }: Explanation): string {
  const { interaction, type } = caseAsks(one);
  const who =
    words.kind === 'anonymous' ? 'Somebody who is not signed in' : `${article(words.roles[0] ?? 'caller')} (${one.caller})`;
  const permitted = 'effect' in result && result.effect === 'permit';
  const outcome = `${who} ${permitted ? 'may' : 'may not'} ${interaction} this ${type}`;
  const reason = result.decision.reason.replace(/^(Permitted|Denied): /, '').replace(/\.$/, '');
  // Where no rule applied, the one that came nearest says most.
  const miss = result.decision.rules[0] === 'builtin:no-rule' ? near.at(-1) : undefined;
  return miss === undefined
    ? `${outcome}: ${lower(reason)}.`
    : `${outcome}: the nearest rule (${miss.rule}) does not apply, because ${miss.because}.`;
}

function article(word: string): string {
  const readable = word.replaceAll('-', ' ');
  return /^[aeiou]/.test(readable) ? `An ${readable}` : `A ${readable}`;
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
