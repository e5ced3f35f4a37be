/** Permissions from files, JSON or XML. FHIR xml.html: elements in the FHIR namespace, values in `value`; whatever else XML has is refused. */
import { readFileSync } from 'node:fs';
import { CliError } from './cli-error.ts';

/** Elements of a Permission that are lists, of R5 and R6 alike. */
const lists: ReadonlySet<string> = new Set([
  ...['identifier', 'date', 'rule', 'data', 'activity', 'limit', 'basis', 'evidence', 'security', 'resource', 'resourceType'],
  ...[
    'actor',
    'action',
    'purpose',
    'control',
    'tag',
    'element',
    'coding',
    'extension',
    'modifierExtension',
    'contained',
    'entry',
    'link',
    'entry',
    'link',
  ],
]);

/** Throws CliError. */
export function permissionFile(place: string): unknown {
  let text: string;
  try {
    text = readFileSync(place, 'utf8');
  } catch {
    throw new CliError(`${place}: cannot be read.`);
  }
  if (text.trimStart().startsWith('<')) return fromXml(text, place);
  try {
    return JSON.parse(text);
  } catch {
    throw new CliError(`${place}: is neither JSON nor XML.`);
  }
}

type Element = Record<string, unknown>;

/** One pass over the tags. Narratives are passed over: they are for people. */
function fromXml(text: string, place: string): unknown {
  const odd = (): never => {
    throw new CliError(`${place}: is not the XML of a FHIR resource.`);
  };
  const plain = text
    .replace(/^\uFEFF?\s*<\?xml[^?]*\?>/, '')
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<text>[\s\S]*?<\/text>/, '');
  if (/<[!?]/.test(plain)) odd();
  const tag = /\s*<(\/?)([A-Za-z]+)((?:\s+[\w:.-]+\s*=\s*"[^"<]*")*)\s*(\/?)>\s*/y;
  const open: { readonly name: string; readonly element: Element }[] = [];
  let root: Element | undefined;
  while (tag.lastIndex < plain.length) {
    const [, closes, name = '', attributes = '', alone] = tag.exec(plain) ?? odd();
    if (closes === '/') {
      if (open.pop()?.name !== name) odd();
      continue;
    }
    const value = /\svalue\s*=\s*"([^"]*)"/.exec(attributes)?.[1];
    const element: Element = {};
    const holder = open.at(-1)?.element;
    if (holder === undefined) {
      if (root !== undefined || !attributes.includes('"http://hl7.org/fhir"')) odd();
      root = element;
      element['resourceType'] = name;
    } else put(holder, name, value === undefined ? element : unescaped(value));
    if (alone !== '/') open.push({ name, element });
  }
  return open.length > 0 || root === undefined ? odd() : root;
}

function put(holder: Element, name: string, value: unknown): void {
  if (lists.has(name)) holder[name] = [...((holder[name] as unknown[] | undefined) ?? []), value];
  else if (holder[name] === undefined) holder[name] = value;
  else throw new CliError(`There are two elements ${name} where one may be.`);
}

function unescaped(text: string): string {
  const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
  return text.replace(/&(lt|gt|amp|quot|apos);/g, (_, name: string) => named[name]!);
}
