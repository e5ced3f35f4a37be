// FHIR R4 search §3.1.1.4.10 (token)
import type { Token } from '../search/extract.ts';

/** `code`, `system|code`, `|code` (without a system), `system|`. */
export function matchToken(value: string): (candidate: Token) => boolean {
  const bar = value.indexOf('|');
  const [system, code] = bar < 0 ? [undefined, value] : [value.slice(0, bar), value.slice(bar + 1)];
  return (candidate) =>
    (code === '' ? system !== undefined && system !== '' : candidate.code === code) &&
    (system === undefined ||
      candidate.system === null ||
      (system === '' ? candidate.system === undefined : candidate.system === system));
}

/** `:text`: the display or text begins with the value, whatever the case. */
export function matchTokenText(value: string): (candidate: Token) => boolean {
  const wanted = value.toLowerCase();
  return (candidate) => candidate.text.some((text) => text.toLowerCase().startsWith(wanted));
}
