/**
 * The one text of a record: JSON with sorted names and no spaces, so that the same record always gives the same bytes to hash, also when it comes
 * back from the database. What PostgreSQL could not hold (NUL, half a surrogate pair) is replaced when the record is made.
 */

/** Numbers must be finite, values plain JSON; members that are undefined are left out. */
export function canonicalJson(value: unknown): string {
  const ordered = inOrder(value);
  return ordered === unfit ? written(value) : (JSON.stringify(ordered) ?? 'null');
}

/** Of names that an object keeps in an order of its own (`7`), or not as a member (`__proto__`): such a value is written piece by piece. */
const unfit = Symbol('unfit');

/** The same value with all names in order: itself, where they are. */
function inOrder(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return itemsInOrder(value);
  const found = value as Readonly<Record<string, unknown>>;
  const names = Object.keys(found);
  const order = orderOf(names);
  if (order === undefined) return unfit;
  let changed = order !== names;
  const made: Record<string, unknown> = {};
  for (const name of order) {
    const member = found[name];
    const ordered = inOrder(member);
    if (ordered === unfit) return unfit;
    if (ordered !== member) changed = true;
    made[name] = ordered;
  }
  return changed ? made : value;
}

function itemsInOrder(list: readonly unknown[]): unknown {
  const made = list.map(inOrder);
  if (made.includes(unfit)) return unfit;
  return made.every((item, index) => item === list[index]) ? list : made;
}

/** Sets of names that came lately. What is written here is of few kinds, and comparing names is much quicker than sorting them. */
const lately: { readonly names: readonly string[]; readonly order: readonly string[] | undefined }[] = [];

/** The names in order: the same list, where they were; undefined where no object keeps them so. */
function orderOf(names: readonly string[]): readonly string[] | undefined {
  const known = lately.find((one) => same(one.names, names));
  const order = known === undefined ? sorted(names) : known.order;
  if (known === undefined && lately.unshift({ names, order }) > 32) lately.pop();
  return order !== undefined && same(order, names) ? names : order;
}

function sorted(names: readonly string[]): readonly string[] | undefined {
  return names.some((name) => name === '__proto__' || /^\d/.test(name)) ? undefined : names.toSorted();
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, index) => name === other[index]);
}

function written(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(written).join(',')}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${written(member)}`).join(',')}}`;
}

// As JSON.stringify writes them: \u0000, and \ud800 to \udfff for halves only.
const unstorable = /\\u0000|\\ud[89a-f]/i;

/** The record as it can be stored everywhere, and its text. Strings are other people's input: none may be refused, or the act would go unrecorded. */
export function storable<T extends object>(record: T): { readonly record: T; readonly text: string } {
  const text = canonicalJson(record);
  // Hardly any record holds an escape of this kind, which is quicker to find than which one it is.
  if (!text.includes('\\u') || !unstorable.test(text)) return { record, text };
  const cleaned = clean(record) as T;
  return { record: cleaned, text: canonicalJson(cleaned) };
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed().replaceAll('\u0000', '\uFFFD');
  if (Array.isArray(value)) return value.map(clean);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [clean(name), clean(member)]));
}
