/** The exact text of parts of a JSON document, found by a scan that knows nothing but brackets and strings. For comparing bytes; it holds no assertions. */

export interface RawEntry {
  readonly fullUrl: string | undefined;
  /** The resource as it stands in the Bundle, character by character. */
  readonly raw: string;
  readonly type: string;
  readonly id: string;
}

/** The entries of a Bundle, in order. */
export function rawEntries(bundle: string): readonly RawEntry[] {
  const list = rawMembers(bundle).get('entry');
  if (list === undefined) return [];
  return rawItems(list).flatMap((item) => {
    const members = rawMembers(item);
    const raw = members.get('resource');
    if (raw === undefined) return [];
    const inside = rawMembers(raw);
    const fullUrl = members.get('fullUrl');
    return [
      {
        fullUrl: fullUrl === undefined ? undefined : (JSON.parse(fullUrl) as string),
        raw,
        type: text(inside, 'resourceType'),
        id: text(inside, 'id'),
      },
    ];
  });
}

function text(members: ReadonlyMap<string, string>, name: string): string {
  return JSON.parse(members.get(name) ?? '""') as string;
}

export function rawMembers(object: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let at = space(object, object.indexOf('{') + 1);
  while (object[at] === '"') {
    const name = end(object, at);
    const value = space(object, space(object, name) + 1);
    const stop = end(object, value);
    found.set(JSON.parse(object.slice(at, name)) as string, object.slice(value, stop));
    at = space(object, stop);
    if (object[at] === ',') at = space(object, at + 1);
  }
  return found;
}

export function rawItems(list: string): readonly string[] {
  const found: string[] = [];
  let at = space(list, list.indexOf('[') + 1);
  while (at < list.length && list[at] !== ']') {
    const stop = end(list, at);
    found.push(list.slice(at, stop));
    at = space(list, stop);
    if (list[at] === ',') at = space(list, at + 1);
  }
  return found;
}

function space(json: string, from: number): number {
  let at = from;
  while (at < json.length && ' \t\r\n'.includes(json[at]!)) at++;
  return at;
}

const WORD = /[^\s,\]}]*/y;
const TURN = /["[\]{}]/g;

/** Behind the value that begins at `from`. */
function end(json: string, from: number): number {
  if (json[from] === '"') return stringEnd(json, from);
  if (json[from] !== '{' && json[from] !== '[') {
    WORD.lastIndex = from;
    return from + WORD.exec(json)![0].length;
  }
  let depth = 0;
  TURN.lastIndex = from;
  for (let turn = TURN.exec(json); turn !== null; turn = TURN.exec(json)) {
    if (turn[0] === '"') TURN.lastIndex = stringEnd(json, turn.index);
    else depth += turn[0] === '{' || turn[0] === '[' ? 1 : -1;
    if (depth === 0) return turn.index + 1;
  }
  throw new Error('unbalanced JSON');
}

function stringEnd(json: string, from: number): number {
  let at = json.indexOf('"', from + 1);
  while (at >= 0 && isEscaped(json, at)) at = json.indexOf('"', at + 1);
  if (at < 0) throw new Error('a string without an end');
  return at + 1;
}

function isEscaped(json: string, quote: number): boolean {
  let slashes = 0;
  while (json[quote - 1 - slashes] === '\\') slashes++;
  return slashes % 2 === 1;
}
