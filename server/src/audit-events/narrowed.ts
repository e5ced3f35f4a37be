/** What of a search the database can answer by its indexes: never less than what matches. Undefined: nothing that it could begin with (IHE ITI-81: `date` is required). */
import { recordOfEvent, type SearchRequest } from '@fireguard/engine';
import type { AuditSearch } from '../storage/audit-records.ts';

/** A day: dates without a time zone are read as the engine reads them, and this never cuts one off. */
const slack = 86_400_000;

export function narrowed(asked: SearchRequest, patient: string | undefined, base: string): AuditSearch | undefined {
  let range: { -readonly [Name in keyof AuditSearch]: AuditSearch[Name] } = patient === undefined ? {} : { patient };
  for (const { name, modifier, values, chain, has } of asked.criteria) {
    const [value] = values;
    const plain = modifier === undefined && chain === undefined && has === undefined;
    if (name === '_id' && plain && values.length > 0) {
      range.recordIds = values.map((id) => recordOfEvent(id) ?? '');
      continue;
    }
    if (value === undefined || values.length > 1 || !plain) continue;
    if (name === 'date' || name === '_lastUpdated') range = { ...range, ...within(range, value) };
    else if (name === 'patient') {
      const id = value.replace(`${base}/`, '').replace(/^Patient\//, '');
      if (/^[A-Za-z0-9.-]{1,64}$/.test(id)) range.patient = id;
    }
  }
  return Object.keys(range).length === 0 ? undefined : range;
}

function within(range: AuditSearch, value: string): Pick<AuditSearch, 'from' | 'to'> {
  const match = /^(eq|ge|gt|sa|le|lt|eb)?(\d{4}(?:-\d{2}(?:-\d{2}(?:T.*)?)?)?)$/.exec(value);
  if (match === null) return range;
  const [, prefix = 'eq', text = ''] = match;
  const low = new Date(
    text.length === 4 ? `${text}-01-01` : text.length === 7 ? `${text}-01` : text.replace(' ', '+'),
  ).getTime();
  if (Number.isNaN(low)) return range;
  const high = low + (text.length === 4 ? 366 : text.length === 7 ? 31 : 1) * 86_400_000;
  const from = ['eq', 'ge', 'gt', 'sa'].includes(prefix) ? Math.max(low - slack, range.from?.getTime() ?? 0) : undefined;
  const to = ['eq', 'le', 'lt', 'eb'].includes(prefix)
    ? Math.min(high + slack, range.to?.getTime() ?? Number.MAX_SAFE_INTEGER)
    : undefined;
  return {
    ...(from === undefined ? {} : { from: new Date(from) }),
    ...(to === undefined ? {} : { to: new Date(to) }),
  };
}

/** Newest first, unless oldest first was asked. Undefined: an order that the trail is not kept in. `_id` only breaks ties. */
export function orderOf({ sort }: SearchRequest): boolean | undefined {
  const [first, ...others] = sort.filter(({ definition }) => definition.name !== '_id');
  if (others.length > 0) return undefined;
  if (first === undefined) return true;
  return first.definition.name === 'date' || first.definition.name === '_lastUpdated' ? first.descending : undefined;
}
