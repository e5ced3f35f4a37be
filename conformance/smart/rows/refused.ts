/** What a refusal at the token endpoint looks like: its exact status, an error of OAuth, nothing that opens anything, and no cache keeps it. */
import type { Answer } from '../../mutants/mutant.ts';
import { hold } from '../row.ts';
import { bodyOf } from '../site.ts';

export function isRefused(answer: Answer, statuses: readonly number[], errors?: readonly string[]): void {
  const { error } = bodyOf(answer);
  hold(statuses.includes(answer.status), `status ${answer.status}, not ${statuses.join(' or ')}: ${answer.text.slice(0, 200)}`);
  hold(typeof error === 'string', 'no error in the body');
  hold(errors?.includes(error) ?? true, `error ${error}, not ${errors?.join(' or ')}`);
  hold(!/access_token|refresh_token|id_token/.test(answer.text), 'a token in a refusal');
}
