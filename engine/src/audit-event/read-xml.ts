/**
 * The little of XML 1.0 that audit messages are made of: elements, attributes, text, comments, a declaration. INVARIANT: no document type, no entities but the five that XML knows
 * and numbers, bounded depth: nothing can be fetched, expanded or nested without end (XXE, billion laughs).
 */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

const deepest = 20;

/** The root element. Undefined: not well formed, or more than this takes. */
export function readXml(source: string): XmlElement | undefined {
  const reader = new Reader(source.startsWith('\uFEFF') ? source.slice(1) : source);
  try {
    reader.prolog();
    const root = reader.element(0);
    reader.rest();
    return root;
  } catch (error) {
    if (error === malformed) return undefined;
    throw error;
  }
}

const malformed = new Error('malformed');

class Reader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  prolog(): void {
    this.#space();
    if (this.#source.startsWith('<?xml', this.#at)) this.#skipTo('?>');
    this.#between();
  }

  rest(): void {
    this.#between();
    if (this.#at < this.#source.length) throw malformed;
  }

  element(depth: number): XmlElement {
    const open = this.#match(/<([A-Za-z_][A-Za-z0-9_.:-]*)/y);
    if (open === undefined || depth > deepest) throw malformed;
    const name = open[1]!;
    const attributes = new Map<string, string>();
    for (;;) {
      const attribute = this.#match(/\s+([A-Za-z_][A-Za-z0-9_.:-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y);
      if (attribute === undefined) break;
      if (attributes.has(attribute[1]!)) throw malformed;
      attributes.set(attribute[1]!, unescaped((attribute[2] ?? attribute[3])!));
    }
    if (this.#match(/\s*\/>/y) !== undefined) return { name, attributes, children: [], text: '' };
    if (this.#match(/\s*>/y) === undefined) throw malformed;
    const children: XmlElement[] = [];
    let text = '';
    for (;;) {
      const words = this.#match(/[^<]+/y);
      if (words !== undefined) text += unescaped(words[0]);
      if (this.#comment()) continue;
      const close = this.#match(/<\/([A-Za-z_][A-Za-z0-9_.:-]*)\s*>/y);
      if (close !== undefined) {
        if (close[1] !== name) throw malformed;
        return { name, attributes, children, text: text.trim() };
      }
      children.push(this.element(depth + 1));
    }
  }

  #between(): void {
    do this.#space();
    while (this.#comment());
  }

  #space(): void {
    this.#match(/\s+/y);
  }

  #comment(): boolean {
    if (!this.#source.startsWith('<!--', this.#at)) return false;
    this.#skipTo('-->');
    return true;
  }

  #skipTo(end: string): void {
    const at = this.#source.indexOf(end, this.#at);
    if (at < 0) throw malformed;
    this.#at = at + end.length;
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source);
    if (found === null) return undefined;
    this.#at = pattern.lastIndex;
    return found;
  }
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(value: string): string {
  return value.replace(
    /&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|([A-Za-z]+));|&/g,
    (whole, decimal?: string, hex?: string, name?: string) => {
      const code = decimal === undefined ? (hex === undefined ? undefined : Number.parseInt(hex, 16)) : Number(decimal);
      if (code !== undefined && code > 0 && code <= 0x10ffff) return String.fromCodePoint(code);
      const known = name === undefined || !Object.hasOwn(named, name) ? undefined : named[name];
      if (known === undefined || whole === '&') throw malformed;
      return known;
    },
  );
}
