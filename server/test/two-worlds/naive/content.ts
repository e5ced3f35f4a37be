/** What rules ask of the content of a resource, on plain JSON. What cannot be told lets a deny hold and a permit not. */
import { type Json, valuesAt } from '../json.ts';
import { ruleSets } from '../rule-conditions.ts';
import { now, ourBase, upstreamBase } from '../scenario.ts';
import type { About } from './patients.ts';

export type Told = 'yes' | 'no' | 'unknown';

/** `groups`: undefined where nobody can say what they belong to. */
export interface Asking {
  readonly me: string | undefined;
  readonly groups: readonly string[] | undefined;
}

export function contentHolds(rule: Json, resource: Json, whom: About, asking: Asking): boolean {
  const { codes, where, patients } = rule.resources ?? {};
  const told: Told[] = [
    patients === undefined ? 'yes' : isAbout(patients, whom, rule.effect),
    codes === undefined ? 'yes' : holdsCode(codes, resource),
    ...(where ?? []).map((condition: Json) => meets(condition, resource, asking)),
  ];
  const all = told.includes('no') ? 'no' : told.includes('unknown') ? 'unknown' : 'yes';
  return rule.effect === 'permit' ? all === 'yes' : all !== 'no';
}

function isAbout(wanted: readonly string[], { patients, undetermined }: About, effect: 'permit' | 'deny'): Told {
  if (undetermined) return 'unknown';
  const among = (patient: string) => wanted.includes(patient);
  return (effect === 'deny' ? patients.some(among) : patients.length > 0 && patients.every(among)) ? 'yes' : 'no';
}

function holdsCode({ any: named = [], valueSets = [], at }: Json, resource: Json): Told {
  const any = [...named, ...inSets(valueSets)];
  if (at === undefined) return anywhere(resource, any) ? 'yes' : 'no';
  return valuesTold(at, resource, (value) => isAmong(any, value));
}

/** The harness writes every code with its system. */
function anywhere(value: Json, wanted: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (typeof value.code === 'string' && wanted.includes(`${value.system}|${value.code}`)) return true;
  return Object.values<Json>(value).some((member) => anywhere(member, wanted));
}

function meets(condition: Json, resource: Json, asking: Asking): Told {
  const { elements, is, isNot, equals, in: among, valueSets, exists, during } = condition;
  if (exists !== undefined) return (valuesTold(elements, resource, () => 'yes') === 'yes') === exists ? 'yes' : 'no';
  if (during !== undefined) return valuesTold(elements, resource, (value) => isDuring(during, value));
  if (is === undefined && isNot === undefined)
    return valuesTold(elements, resource, (value) =>
      isAmong(among ?? (valueSets === undefined ? [equals] : inSets(valueSets)), value),
    );
  const told = valuesTold(elements, resource, (value) =>
    (is ?? isNot) === 'caller' ? isMe(value, asking.me) : isOurs(value, asking.groups),
  );
  return isNot === undefined || told === 'unknown' ? told : told === 'yes' ? 'no' : 'yes';
}

const inSets = (urls: readonly string[]) => urls.flatMap((url) => ruleSets[url]!);

function isOurs(value: Json, groups: readonly string[] | undefined): Told {
  const key = localKey(value);
  if (groups === undefined || key === undefined) return 'unknown';
  return groups.includes(key) ? 'yes' : 'no';
}

export function localKey(value: Json): string | undefined {
  const local = [ourBase, upstreamBase].reduce((text, base) => text.replace(`${base}/`, ''), String(value.reference ?? ''));
  return /^[A-Z][A-Za-z]+\/[A-Za-z0-9.-]+$/.test(local) ? local : undefined;
}

function valuesTold(at: readonly string[], resource: Json, test: (value: Json) => Told): Told {
  const told = at
    .filter((path) => path.startsWith(`${resource.resourceType}.`))
    .flatMap((path) => valuesAt(resource, path.slice(resource.resourceType.length + 1)))
    .map(test);
  return told.includes('yes') ? 'yes' : told.includes('unknown') ? 'unknown' : 'no';
}

/** Days and years alone, which is all that the harness writes. */
function isDuring({ start = '0001-01-01', end = '9999-12-31', lastDays }: Json, value: Json): Told {
  if (typeof value !== 'string') return 'unknown';
  if (lastDays !== undefined) {
    const first = new Date(now - lastDays * 86_400_000).toISOString();
    return isDuring({ start: first, end: new Date(now).toISOString() }, value);
  }
  const [low, next] = value.length === 4 ? [`${value}-01-01`, `${Number(value) + 1}-01-01`] : [value, dayAfter(value)];
  if (low >= start && next <= end) return 'yes';
  return next <= start || low >= end ? 'no' : 'unknown';
}

function dayAfter(day: string): string {
  return new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
}

function isAmong(wanted: readonly string[], value: Json): Told {
  if (typeof value !== 'object') return wanted.includes(String(value)) ? 'yes' : 'no';
  if (value.coding !== undefined) {
    const told: readonly Told[] = value.coding.map((coding: Json) => isAmong(wanted, coding));
    return told.includes('yes') ? 'yes' : told.includes('unknown') || told.length === 0 ? 'unknown' : 'no';
  }
  const code = value.code ?? value.value;
  if (value.system === undefined || code === undefined) return 'unknown';
  return wanted.includes(`${value.system}|${code}`) ? 'yes' : 'no';
}

function isMe(value: Json, me: string | undefined): Told {
  const key = localKey(value);
  if (me === undefined || key === undefined) return 'unknown';
  if (key === me) return 'yes';
  return ['Patient', 'Practitioner', 'RelatedPerson'].includes(key.split('/')[0]!) ? 'no' : 'unknown';
}
