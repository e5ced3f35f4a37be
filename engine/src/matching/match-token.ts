/** FHIR R4 search.html#token: `code`, `system|code`, `|code` (without a system), `system|`. */
import type { Matching } from './matching.ts';
import type { TokenValue } from './values-in.ts';

export function tokenTest(value: string, { bareCodes }: Pick<Matching, 'bareCodes'>): (found: TokenValue) => boolean {
  const bar = value.indexOf('|');
  const system = bar < 0 ? undefined : value.slice(0, bar);
  const code = value.slice(bar + 1);
  return (found) => {
    if (code !== '' && found.code !== code) return false;
    if (system === undefined) return true;
    // The system of a bare code is in its binding, which the document does not hold.
    if (found.system === null) return bareCodes === 'any-system' && (code !== '' || system !== '');
    return system === '' ? found.system === undefined : found.system === system;
  };
}
