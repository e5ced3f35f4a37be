/**
 * FHIR R4 search_filter.html, as far as it says what plain criteria say: comparisons joined by `and`, equal ones of one parameter joined by `or`, and
 * `not` of a single code. They become those criteria, so that each part is checked, planned and matched like any other. What has no such form
 * (nested filters, `ew`, `po`, mixed alternatives) is refused.
 */
import type { FhirTables, SearchParameterType, TypeFacts } from '../fhir/tables.ts';
import { Problem } from '../problem.ts';
import { escapeValue } from './escape.ts';
import type { Pair } from './parameters.ts';

const LONGEST = 2000;
const MOST_WORDS = 250;

interface Comparison {
  readonly path: string;
  readonly operator: string;
  /** As it is meant, without quotes. */
  readonly value: string;
  readonly quoted: boolean;
}

/** The criteria that the expression stands for. Throws Problem `parameter-invalid`. */
export function parseFilter(text: string, types: readonly TypeFacts[], tables: FhirTables): readonly Pair[] {
  if (text.length > LONGEST) throw notServed();
  const reader = new Reader(wordsOf(text.trim()));
  const alternatives = reader.conjunction();
  if (!reader.atEnd) throw notServed();
  return alternatives.map((some) => criterionOf(some, types, tables));
}

/** Parentheses, quoted texts, and what stands between spaces. */
function wordsOf(text: string): readonly string[] {
  const word = /\s*("(?:[^"\\]|\\.)*"|[()]|[^\s()"]+)/y;
  const words: string[] = [];
  while (word.lastIndex < text.length) {
    const [, found] = word.exec(text) ?? [];
    if (found === undefined || words.length === MOST_WORDS) throw notServed();
    words.push(found);
  }
  return words;
}

/** Comparisons that are alternatives to each other; `not` holds for all of them. */
interface Alternatives {
  readonly negated: boolean;
  readonly some: readonly Comparison[];
}

class Reader {
  readonly #words: readonly string[];
  #at = 0;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  get atEnd(): boolean {
    return this.#at === this.#words.length;
  }

  /** `a and b and c`, each a comparison or something in parentheses. */
  conjunction(): readonly Alternatives[] {
    let all = this.#term();
    let joined: string | undefined;
    for (let word = this.#peek(); word === 'and' || word === 'or'; word = this.#peek()) {
      // Which binds more tightly is not said, so both together need parentheses.
      if (joined !== undefined && joined !== word) throw notServed();
      joined = word;
      this.#at++;
      const next = this.#term();
      all = word === 'and' ? [...all, ...next] : [either(all, next)];
    }
    return all;
  }

  #term(): readonly Alternatives[] {
    const negated = this.#peek() === 'not';
    if (negated) this.#at++;
    if (this.#peek() !== '(') {
      if (negated) throw notServed();
      return [{ negated: false, some: [this.#comparison()] }];
    }
    this.#at++;
    const inner = this.conjunction();
    this.#expect(')');
    if (!negated) return inner;
    const [only] = inner;
    if (only === undefined || inner.length > 1 || only.negated) throw notServed();
    return [{ negated: true, some: only.some }];
  }

  #comparison(): Comparison {
    const [path = '', operator = '', value = ''] = this.#words.slice(this.#at, this.#at + 3);
    if (!/^[A-Za-z_][A-Za-z0-9._:-]*$/.test(path) || !/^[a-z]{2}$/.test(operator) || value === '' || /^[()]$/.test(value))
      throw notServed();
    this.#at += 3;
    const quoted = value.startsWith('"');
    return { path, operator, value: quoted ? unquoted(value) : value, quoted };
  }

  #peek(): string | undefined {
    return this.#words[this.#at];
  }

  #expect(word: string): void {
    if (this.#words[this.#at++] !== word) throw notServed();
  }
}

function unquoted(text: string): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    throw notServed();
  }
}

/** Alternatives of one parameter, compared in one way: what a comma says. */
function either(one: readonly Alternatives[], other: readonly Alternatives[]): Alternatives {
  const [a, b] = [one[0], other[0]];
  if (a === undefined || b === undefined || one.length + other.length > 2 || a.negated || b.negated) throw notServed();
  const some = [...a.some, ...b.some];
  if (some.some(({ path, operator }) => path !== some[0]!.path || operator !== some[0]!.operator)) throw notServed();
  return { negated: false, some };
}

function criterionOf({ negated, some }: Alternatives, types: readonly TypeFacts[], tables: FhirTables): Pair {
  const [{ path, operator } = { path: '', operator: '' }] = some;
  if (path.includes(':')) throw notServed();
  const type = typeOfParameter(path, types, tables);
  const form = forms[type]?.[operator];
  if (form === undefined) throw notServed();
  if (operator === 'pr') {
    const [{ value } = { value: '' }] = some;
    if (some.length > 1 || negated || (value !== 'true' && value !== 'false')) throw notServed();
    return { name: `${path}:missing`, value: String(value === 'false') };
  }
  // Only a code may be asked not to be there (`:not`); `ne` of others compares single values.
  if (negated && (type !== 'token' || operator !== 'eq')) throw notServed();
  const modifier = negated ? ':not' : form.modifier;
  // What is quoted is text, and its separators are its own; a code, a reference and a quantity are written as in a query.
  const values = some.map(({ value, quoted }) => form.prefix + (quoted ? escapeValue(value, 0) : value.replaceAll(',', '\\,')));
  return { name: path + modifier, value: values.join(',') };
}

interface Form {
  readonly modifier: string;
  readonly prefix: string;
}

const plain: Form = { modifier: '', prefix: '' };
const present: Form = { modifier: ':missing', prefix: '' };
const ordered: Readonly<Record<string, Form>> = {
  eq: plain,
  pr: present,
  ...Object.fromEntries(['ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'].map((prefix) => [prefix, { modifier: '', prefix }])),
};
/** The operators that say what a modifier or a prefix says. */
const forms: Readonly<Partial<Record<SearchParameterType, Readonly<Record<string, Form>>>>> = {
  token: { eq: plain, in: { modifier: ':in', prefix: '' }, ni: { modifier: ':not-in', prefix: '' }, pr: present },
  string: { eq: { modifier: ':exact', prefix: '' }, co: { modifier: ':contains', prefix: '' }, sw: plain, pr: present },
  reference: { re: plain, eq: plain, pr: present },
  uri: { eq: plain, sb: { modifier: ':below', prefix: '' }, ss: { modifier: ':above', prefix: '' }, pr: present },
  date: ordered,
  number: ordered,
  quantity: ordered,
};

/** Of the last link of a chain. */
function typeOfParameter(path: string, types: readonly TypeFacts[], tables: FhirTables): SearchParameterType {
  const [first = '', ...rest] = path.split('.');
  const definitions = types.map((type) => type.searchParameters.get(first));
  const [definition] = definitions;
  if (definition === undefined || definitions.includes(undefined)) throw notServed();
  if (rest.length === 0) return definition.type;
  const targets = definition.targets.flatMap((name) => tables.types.get(name) ?? []);
  const holders = targets.filter((target) => target.searchParameters.has(rest[0]!));
  if (holders.length === 0) throw notServed();
  return typeOfParameter(rest.join('.'), holders, tables);
}

function notServed(): Problem {
  return new Problem('parameter-invalid', 'The value of _filter says something that plain criteria cannot say here.');
}
