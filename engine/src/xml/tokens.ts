/**
 * The tokens of an XML document, as far as FHIR has them (XML 1.0; FHIR xml.html): tags, attributes, white space and text. INVARIANT: no DTD, entity of
 * its own, CDATA section or processing instruction is ever read: what begins one ends the document. Comments are passed over.
 */
import { refuseXml } from './refuse-xml.ts';

export interface StartTag {
  readonly kind: 'start';
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** `<name/>`: no end tag follows. */
  readonly alone: boolean;
  readonly at: number;
}

export type Token = StartTag | { readonly kind: 'end'; readonly name: string; readonly at: number } | { readonly kind: 'over' };

const start = /<([A-Za-z_][\w.-]*)(?![\w.:-])/y;
const attribute = /[ \t\r\n]+([A-Za-z_][\w:.-]*)[ \t\r\n]*=[ \t\r\n]*(?:"([^"<]*)"|'([^'<]*)')/y;
const tagEnd = /[ \t\r\n]*(\/?)>/y;
const end = /<\/([A-Za-z_][\w.-]*)[ \t\r\n]*>/y;
const space = /[ \t\r\n]+/y;
const declaration =
  /<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*["']1\.[0-9]["'](?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*["']([A-Za-z0-9._-]+)["'])?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*["'](?:yes|no)["'])?[ \t\r\n]*\?>/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that XML cannot hold
const unsayable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
const reference = /&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));/g;
const predefined: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** An element of FHIR has three at most; a namespace or two may come along. */
const MOST_ATTRIBUTES = 16;

export class Tokens {
  readonly text: string;
  #at = 0;

  /** Throws Problem `xml-invalid`, as all that is here does. */
  constructor(text: string) {
    this.text = text;
    if (unsayable.test(text) || !text.isWellFormed()) refuseXml('a character that XML does not have', text.search(unsayable));
    const declared = this.#take(declaration);
    if (declared?.[1] !== undefined && declared[1].toLowerCase() !== 'utf-8') refuseXml('it must be UTF-8', 0);
  }

  /** The next tag; whatever stands before it must be white space or a comment. */
  next(): Token {
    while (this.#take(space) !== undefined || this.#passComment());
    const at = this.#at;
    if (at === this.text.length) return { kind: 'over' };
    const closes = this.#take(end);
    if (closes !== undefined) return { kind: 'end', name: closes[1]!, at };
    const opens = this.#take(start);
    if (opens === undefined) refuseXml(whatIsAt(this.text, at), at);
    const attributes = this.#attributes();
    const finish = this.#take(tagEnd) ?? refuseXml('a tag that does not end as tags do', this.#at);
    return { kind: 'start', name: opens[1]!, attributes, alone: finish[1] === '/', at };
  }

  /** Where the next token begins. */
  get at(): number {
    return this.#at;
  }

  /** Goes on behind what somebody else has read. */
  goOn(at: number): void {
    this.#at = at;
  }

  #passComment(): boolean {
    const begin = this.#at;
    if (!this.text.startsWith('<!--', begin)) return false;
    const end = this.text.indexOf('--', begin + 4);
    if (end === -1 || this.text[end + 2] !== '>') refuseXml('a comment that does not end as comments do', begin);
    this.#at = end + 3;
    return true;
  }

  #attributes(): ReadonlyMap<string, string> {
    let attributes: Map<string, string> | undefined;
    for (let one = this.#take(attribute); one !== undefined; one = this.#take(attribute)) {
      attributes ??= new Map();
      const key = one[1]!;
      if (attributes.has(key)) refuseXml('an attribute twice', this.#at);
      if (attributes.size === MOST_ATTRIBUTES) refuseXml('too many attributes', this.#at);
      attributes.set(key, attributeValue(one[2] ?? one[3] ?? '', this.#at));
    }
    return attributes ?? none;
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text);
    if (found === null) return undefined;
    this.#at = pattern.lastIndex;
    return found;
  }
}

const none: ReadonlyMap<string, string> = new Map();

/** XML 1.0 §3.3.3: white space becomes spaces unless it is written as a reference. */
function attributeValue(raw: string, at: number): string {
  const normal = /[\t\r\n]/.test(raw) ? raw.replace(/\r\n?|\n|\t/g, ' ') : raw;
  if (!normal.includes('&')) return normal;
  if (/&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)/.test(normal))
    refuseXml('an entity that XML does not define', at);
  return normal.replace(reference, (_all, named?: string, decimal?: string, hex?: string) => {
    if (named !== undefined) return predefined[named]!;
    const code = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal);
    const isCharacter = code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) && !unsayable.test(String.fromCodePoint(code));
    return isCharacter ? String.fromCodePoint(code) : refuseXml('a reference to a character that XML does not have', at);
  });
}

function whatIsAt(text: string, at: number): string {
  if (text.startsWith('<!DOCTYPE', at) || text.startsWith('<!ENTITY', at)) return 'document types and entities are not read';
  if (text.startsWith('<![CDATA[', at)) return 'CDATA sections are not read';
  if (text.startsWith('<?', at)) return 'processing instructions are not read';
  if (text.startsWith('<!', at)) return 'declarations are not read';
  if (/^<\/?[A-Za-z_][\w.-]*:/.test(text.slice(at, at + 100)))
    return 'names with a prefix are not read: use the default namespace';
  return text[at] === '<' ? 'a tag that cannot be read' : 'text between the elements';
}
