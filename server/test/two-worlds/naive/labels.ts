/** Security labels on plain JSON (requirements 3.1 to 3.4 and 3.8), for the codes that the harness uses. */
import type { Json } from '../json.ts';

export const CONFIDENTIALITY = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';
export const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
export const INLINE = 'http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-inline-sec-label';

const order = ['U', 'L', 'M', 'N', 'R', 'V'];
const below: Readonly<Record<string, readonly string[]>> = {
  SUD: ['OPIOIDUD'],
  SPI: ['SUD', 'OPIOIDUD', 'PSY'],
};
const sensitivities = ['HIV', 'SUD', 'OPIOIDUD', 'PSY'];
/** They bind disclosure, so that only who is cleared for them by name may see the resource. */
const duties = ['NODSCLCD', 'NORDSCLCD', 'REDACT'];
/** They bind whoever has the resource, and nobody who has not. */
const harmless = ['DELAU', 'NOREUSE'];

export interface NaiveLabels {
  /** Position in U L M N R V; -1 = none. */
  readonly rank: number;
  readonly sensitivities: readonly string[];
  readonly duties: readonly string[];
  readonly all: readonly string[];
  /** Labels that stand at single elements and hide these alone. */
  readonly elements?: readonly { readonly path: string; readonly labels: NaiveLabels }[];
}

/** What makes labels of labels: meanings of those of others, and what a place has settled. */
export interface Settled {
  readonly meanings: Readonly<Record<string, readonly string[]>>;
  /** Position of the confidentiality of what says nothing of itself; -1: nobody has settled it. */
  readonly least: number;
  readonly veryRestricted: readonly string[];
}

export const rankOf = (code: string) => order.indexOf(code);

/** `at`: the element of an inline label. */
interface Written {
  readonly at?: string;
  readonly place: 'own' | 'part' | 'document' | 'inline';
  readonly coding: Json;
}

/** Labels of the resource and of everything inside, as they stand. */
export function labelsIn(resource: Json): NaiveLabels {
  return sorted(written(resource).map(({ coding }) => `${coding.system}|${coding.code}`));
}

/** The same, and what is added to them; inline labels at `elements` by themselves. */
export function labelsWith(
  resource: Json,
  added: readonly string[],
  settled: Settled,
  elements: readonly string[],
): NaiveLabels {
  const whole: string[] = [];
  const single = new Map<string, string[]>();
  for (const { at, coding } of written(resource)) {
    const text = `${coding.system}|${coding.code}`;
    const path = at === undefined ? undefined : elements.find((one) => at === one || at.startsWith(`${one}.`));
    if (path === undefined) whole.push(text);
    else single.set(path, [...(single.get(path) ?? []), text]);
  }
  return {
    ...sorted([...whole, ...added], settled),
    elements: [...single].map(([path, texts]) => ({ path, labels: sorted(texts, { ...settled, least: -1 }) })),
  };
}

/** One text for each label and the kind of place where it stands: what a writer who may not label leaves as it is. */
export function labelSet(resource: Json): readonly string[] {
  return [...new Set(written(resource).map(({ place, coding: { system, code } }) => `${place} ${system}|${code}`))].sort();
}

/** The higher confidentiality, and all of the rest. */
export function joined(one: NaiveLabels, other: NaiveLabels): NaiveLabels {
  return {
    ...one,
    rank: Math.max(one.rank, other.rank),
    sensitivities: [...one.sensitivities, ...other.sensitivities],
    duties: [...one.duties, ...other.duties],
    all: [...one.all, ...other.all],
  };
}

export const noLabels: NaiveLabels = { rank: -1, sensitivities: [], duties: [], all: [] };

function sorted(texts: readonly string[], settled?: Settled): NaiveLabels {
  let rank = -1;
  const raise = (to: number) => {
    rank = Math.max(rank, to);
  };
  const found = { sensitivities: [] as string[], duties: [] as string[], all: [] as string[] };
  const add = (text: string) => {
    found.all.push(text);
    const [system, code = ''] = text.split('|');
    if (system === CONFIDENTIALITY) raise(order.includes(code) ? rankOf(code) : rankOf('V'));
    else if (system === ACT_CODE && duties.includes(code)) found.duties.push(text);
    else if (system === ACT_CODE && sensitivities.includes(code)) found.sensitivities.push(code);
    else if (code === 'HTEST' || harmless.includes(code)) return;
    else if (settled?.meanings[text] !== undefined) for (const one of settled.meanings[text]) add(spelled(one));
    else raise(rankOf('V'));
  };
  for (const text of texts) add(text);
  if (settled === undefined) return { rank, ...found };
  // sensitive data are restricted at least, whatever somebody wrote; and what says nothing is what the place says it is.
  const isVery = (code: string) => settled.veryRestricted.some((one) => one === code || (below[one] ?? []).includes(code));
  for (const code of found.sensitivities) raise(rankOf(isVery(code) ? 'V' : 'R'));
  return { rank: rank < 0 ? settled.least : rank, ...found };
}

/** `R` → the label with its system. */
export function spelled(label: string): string {
  if (label.includes('|')) return label;
  return `${order.includes(label) ? CONFIDENTIALITY : ACT_CODE}|${label}`;
}

function written(resource: Json): readonly Written[] {
  const into: Written[] = [];
  collect(resource, [], into);
  return into;
}

function collect(value: Json, path: readonly string[], into: Written[]): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) collect(item, path, into);
    return;
  }
  if (value.url === INLINE) into.push({ at: path.join('.'), place: 'inline', coding: value.valueCoding });
  for (const [key, member] of Object.entries<Json>(value)) {
    if (key === 'meta') {
      const place = path.length === 0 ? 'own' : 'part';
      into.push(...(member.security ?? []).map((coding: Json) => ({ place, coding })));
    } else if (key === 'securityLabel') {
      const codings: readonly Json[] = [member].flat().flatMap((concept) => concept.coding ?? [concept]);
      into.push(...codings.map((coding) => ({ place: 'document' as const, coding })));
    } else if (key !== 'provision') collect(member, key === 'extension' ? path : [...path, key.replace(/^_/, '')], into);
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

/** Is there nothing that it does not reach? */
export const clearsAll = (clears: Json): boolean =>
  clears?.confidentiality === 'V' && clears.sensitivities === '*' && clears.other === '*';

/** Of what was asked for at most. Unlabelled is normal; what is sensitive or bound is restricted. A labelled element counts for the whole. */
export function isAbove({ rank, sensitivities, duties, elements = [] }: NaiveLabels, ceiling: string): boolean {
  const least = sensitivities.length + duties.length > 0 ? 'R' : rank < 0 ? 'N' : 'U';
  return Math.max(rank, rankOf(least)) > rankOf(ceiling) || elements.some(({ labels }) => isAbove(labels, ceiling));
}
