/** FHIR R4 search.html#token: `code`, `system|code`, `|code` (without a system), `system|`. */
import type { Matching } from './matching.ts';
import type { TokenValue } from './values-in.ts';

/** `:text`: what is shown for the code begins with the value, whatever the case. */
export function tokenTextTest(value: string): (found: TokenValue) => boolean {
  const wanted = value.normalize('NFC').toLowerCase();
  return ({ text }) => text.some((one) => one.normalize('NFC').toLowerCase().startsWith(wanted));
}

/** `:of-type`: an identifier of this kind (`system|code|value`). */
export function ofTypeTest(value: string): (found: TokenValue) => boolean {
  const [system = '', code = '', ...rest] = value.split('|');
  const wanted = rest.join('|');
  return (found) => found.code === wanted && found.kinds.some((kind) => kind.system === system && kind.code === code);
}

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
