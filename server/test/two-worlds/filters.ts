/** `_filter` expressions (FHIR R4 search_filter.html) that say what plain criteria say, with those beside them for the plain server. */
import { criterion, searchOf } from './criteria.ts';
import { type Drawing, one, typeFor } from './drawing.ts';
import { tables } from './gateway.ts';
import type { Asked } from './scenario.ts';

export function filtered(drawing: Drawing): Asked | undefined {
  const { random } = drawing;
  const type = typeFor(drawing);
  const anchor = one(drawing, type);
  const terms = [criterion(drawing, type, anchor), random.chance(0.4) ? criterion(drawing, type, anchor) : undefined];
  const parts = terms.flatMap((term) => {
    const said = term === undefined ? undefined : comparison(type, term.text);
    return said === undefined ? [] : [{ said, plain: term!.text, tries: term!.tries }];
  });
  if (parts.length === 0) return undefined;
  const text = parts.map(({ said }) => said).join(' and ');
  const rest = searchOf(drawing, type);
  const query = rest.target.split('?')[1];
  const more = query === undefined ? '' : `&${query}`;
  return {
    ...rest,
    target: `/${type}?_filter=${encodeURIComponent(text)}${more}`,
    plain: `${parts.map(({ plain }) => plain).join('&')}${more}`,
    tries: [...new Set([...rest.tries, '_filter', ...parts.flatMap(({ tries }) => tries)])],
  };
}

function comparison(type: string, term: string): string | undefined {
  const [left = '', right = ''] = term.split('=');
  const [name = '', modifier] = left.split(':');
  const values = decodeURIComponent(right).split(',');
  const kind = tables.types.get(type)!.searchParameters.get(name)?.type;
  if (kind === undefined) return undefined;
  if (modifier === 'missing') return `${name} pr ${right === 'true' ? 'false' : 'true'}`;
  const each = values.map((value) => compared(name, kind, modifier, value));
  return each.includes(undefined) ? undefined : each.length === 1 ? each[0] : `(${each.join(' or ')})`;
}

function compared(name: string, kind: string, modifier: string | undefined, value: string): string | undefined {
  if (value.includes(' ')) return undefined;
  const [, prefix = 'eq', rest = ''] = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)?(.*)$/.exec(value)!;
  switch (kind) {
    case 'token':
      if (modifier === 'in' || modifier === 'not-in') return `${name} ${modifier === 'in' ? 'in' : 'ni'} ${value}`;
      return modifier === undefined ? `${name} eq ${value}` : modifier === 'not' ? `not (${name} eq ${value})` : undefined;
    case 'string': {
      const operator = { '': 'sw', exact: 'eq', contains: 'co' }[modifier ?? ''];
      return operator === undefined ? undefined : `${name} ${operator} "${value}"`;
    }
    case 'date':
    case 'quantity':
    case 'number':
      return modifier === undefined ? `${name} ${prefix} ${rest}` : undefined;
    case 'reference':
      return modifier === undefined ? `${name} re ${value}` : undefined;
    case 'uri':
      return modifier === undefined ? `${name} eq ${value}` : undefined;
    default:
      return undefined;
  }
}
