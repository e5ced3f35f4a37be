/** Security labels on plain JSON (requirements 3.1 to 3.4), for the codes that the harness uses. */
import type { Json } from '../json.ts';

export const CONFIDENTIALITY = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';
export const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';

const order = ['U', 'L', 'M', 'N', 'R', 'V'];
const below: Readonly<Record<string, readonly string[]>> = {
  SUD: ['OPIOIDUD'],
  SPI: ['SUD', 'OPIOIDUD', 'PSY'],
};
const sensitivities = ['HIV', 'SUD', 'OPIOIDUD', 'PSY'];
/** They bind disclosure, so that only who is cleared for them by name may see the resource. */
const duties = ['NODSCLCD', 'NORDSCLCD', 'REDACT'];
/** They bind whoever has the resource, and nobody who has not. */
const harmless = ['DELAU'];

export interface NaiveLabels {
  /** Position in U L M N R V; -1 = none. */
  readonly rank: number;
  readonly sensitivities: readonly string[];
  readonly duties: readonly string[];
  readonly all: readonly string[];
}

/** Labels of the resource and of everything inside. */
export function labelsIn(resource: Json): NaiveLabels {
  const codings: Json[] = [];
  collect(resource, codings);
  let rank = -1;
  const raise = (to: number) => {
    rank = Math.max(rank, to);
  };
  const found = { sensitivities: [] as string[], duties: [] as string[], all: [] as string[] };
  for (const { system, code } of codings) {
    found.all.push(`${system}|${code}`);
    if (system === CONFIDENTIALITY) raise(order.includes(code) ? order.indexOf(code) : order.length - 1);
    else if (system === ACT_CODE && duties.includes(code)) found.duties.push(`${system}|${code}`);
    else if (system === ACT_CODE && sensitivities.includes(code)) found.sensitivities.push(code);
    else if (code !== 'HTEST' && !harmless.includes(code)) raise(order.length - 1);
  }
  return { rank, ...found };
}

function collect(value: Json, into: Json[]): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) collect(item, into);
    return;
  }
  for (const [key, member] of Object.entries<Json>(value)) {
    if (key === 'meta') into.push(...(member.security ?? []));
    else if (key === 'securityLabel') into.push(...[member].flat().flatMap((concept) => concept.coding ?? [concept]));
    else if (key !== 'provision') collect(member, into);
  }
}

/** Whether one of the labels that a rule names is carried: for a permit that level or lower, for a deny that level or higher. */
export function carries(labels: NaiveLabels, named: readonly string[], effect: 'permit' | 'deny'): boolean {
  return named.some((label) => {
    const [system, code = ''] = label.split('|');
    if (system === CONFIDENTIALITY) {
      const rank = order.indexOf(code);
      return effect === 'deny' ? labels.rank >= rank : labels.rank >= 0 && labels.rank <= rank;
    }
    if (sensitivities.includes(code) || code in below)
      return labels.sensitivities.some((one) => one === code || (below[code] ?? []).includes(one));
    return labels.all.includes(label);
  });
}

export function cleared(labels: NaiveLabels, clears: Json): boolean {
  const wide: readonly string[] | '*' = clears?.sensitivities ?? [];
  const duty: readonly string[] | '*' = clears?.other ?? [];
  return (
    labels.rank <= order.indexOf(clears?.confidentiality ?? 'N') &&
    labels.sensitivities.every(
      (code) => wide === '*' || wide.some((one) => one === code || (below[one] ?? []).includes(code)),
    ) &&
    labels.duties.every((label) => duty === '*' || duty.includes(label))
  );
}
