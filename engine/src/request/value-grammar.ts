/**
 * The grammar of search values by parameter type (FHIR R4 search.html#ptypes). A value that does not fit is refused, so that two servers
 * cannot read it differently. INVARIANT: in what is returned, the separators come before every escaped copy of themselves.
 */
import { isId } from '../fhir/id.ts';
import type { FhirTables, SearchParameter, TypeFacts } from '../fhir/tables.ts';
import { Problem } from '../problem.ts';
import { isSearchDate } from './date-grammar.ts';
import { splitUnescaped, unescapeValue } from './escape.ts';

const prefix = /^(?:eq|ne|gt|lt|ge|le|sa|eb|ap)(?=.)/;
const decimal = /^[+-]?\d{1,30}(?:\.\d{1,30})?(?:[eE][+-]?\d{1,3})?$/;

export interface ValueGrammar {
  readonly definition: SearchParameter;
  readonly modifier: string | undefined;
  /** The type that has the parameter: the components of a composite are found there. */
  readonly type: TypeFacts;
  readonly tables: FhirTables;
}

/** OR-ed values, checked and unescaped. Throws Problem `parameter-invalid`. */
export function parseValues(text: string, grammar: ValueGrammar): readonly string[] {
  return splitUnescaped(text, ',').map((raw) => {
    const value = raw === '' ? undefined : parseValue(raw, grammar);
    if (value === undefined) throw invalidValue(grammar.definition);
    return value;
  });
}

/** How many bars of a value are separators; the rest are part of its text. */
export function separatorsOf(definition: SearchParameter, modifier: string | undefined): number {
  if (modifier === 'of-type') return 2;
  if (modifier === 'identifier') return 1;
  if (modifier === 'text' || modifier === 'in' || modifier === 'not-in') return Number.POSITIVE_INFINITY;
  if (definition.type === 'token') return 1;
  return definition.type === 'quantity' ? 2 : Number.POSITIVE_INFINITY;
}

function parseValue(raw: string, grammar: ValueGrammar): string | undefined {
  const { definition, modifier, tables } = grammar;
  switch (modifier) {
    case undefined:
    case 'not':
    case 'above':
    case 'below':
      break;
    case 'missing':
      return raw === 'true' || raw === 'false' ? raw : undefined;
    case 'exact':
    case 'contains':
    case 'text':
      return unescapeValue(raw);
    case 'in':
    case 'not-in':
      return uri(unescapeValue(raw));
    case 'identifier':
      return token(raw);
    case 'of-type':
      return barred(raw, [3], (parts) => parts.every((part) => part !== ''));
    default:
      // `:[type]`: the value is an id of that type.
      return isId(raw) ? raw : undefined;
  }
  switch (definition.type) {
    case 'number':
      return decimal.test(raw.replace(prefix, '')) ? raw : undefined;
    case 'date':
      return isSearchDate(raw.replace(prefix, '')) ? raw : undefined;
    case 'quantity':
      return barred(raw, [1, 3], ([number = '']) => decimal.test(number.replace(prefix, '')));
    case 'token':
      return token(raw);
    case 'string':
      return unescapeValue(raw);
    case 'uri':
      return uri(unescapeValue(raw));
    case 'reference':
      return reference(unescapeValue(raw), tables);
    case 'composite':
      return composite(raw, grammar);
    case 'special':
      return definition.name === 'near' ? near(raw) : unescapeValue(raw);
  }
}

/** `code`, `system|code`, `|code`, `system|`. */
function token(raw: string): string | undefined {
  return barred(raw, [1, 2], (parts) => parts.some((part) => part !== ''));
}

/** Cut at bars, check, put together again. An escaped bar is let through only where it cannot be taken for a separator. */
function barred(raw: string, sizes: readonly number[], accept: (parts: readonly string[]) => boolean): string | undefined {
  const parts = splitUnescaped(raw, '|').map(unescapeValue);
  if (!sizes.includes(parts.length) || !accept(parts)) return undefined;
  const firm = parts.length === Math.max(...sizes) ? parts.slice(0, -1) : parts;
  return firm.some((part) => part.includes('|')) ? undefined : parts.join('|');
}

function uri(text: string): string | undefined {
  return text !== '' && !/\s/.test(text) ? text : undefined;
}

/** `id`, `Type/id` (a version may follow), or an absolute URL or URN. */
function reference(text: string, tables: FhirTables): string | undefined {
  if (/^[A-Za-z][A-Za-z0-9+.-]{0,30}:[^\s#]+$/.test(text)) return text;
  const parts = text.split('/');
  const [first = '', id, history, version] = parts;
  if (parts.length === 1) return isId(first) ? text : undefined;
  const type = tables.types.get(first);
  if (type === undefined || type.category === 'none' || !isId(id ?? '')) return undefined;
  if (parts.length === 2) return text;
  return parts.length === 4 && history === '_history' && isId(version ?? '') ? text : undefined;
}

function composite(raw: string, { definition, type, tables }: ValueGrammar): string | undefined {
  // Escaped separators could not be told from real ones once unescaped, and no code needs them.
  if (/\\[|$]/.test(raw)) return undefined;
  const parts = raw.split('$');
  const components = definition.components.map((name) => type.searchParameters.get(name));
  if (parts.length !== components.length) return undefined;
  const values = parts.map((part, at) => {
    const component = components[at];
    return component && part !== ''
      ? parseValue(part, { definition: component, modifier: undefined, type, tables })
      : undefined;
  });
  return values.includes(undefined) ? undefined : values.join('$');
}

/** `latitude|longitude[|distance[|units]]`. */
function near(raw: string): string | undefined {
  return barred(raw, [2, 3, 4], ([latitude = '', longitude = '', distance = '0']) =>
    [latitude, longitude, distance].every((number) => decimal.test(number)),
  );
}

function invalidValue(definition: SearchParameter): Problem {
  return new Problem('parameter-invalid', `A value of the parameter ${definition.name} is not a valid ${definition.type}.`);
}
