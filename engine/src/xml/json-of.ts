/**
 * FHIR xml.html and json.html: the JSON form of a resource in XML, in the order that the definitions give. Numbers are copied as they are written, so `1.10` stays `1.10`.
 * INVARIANT: nothing is left out but comments and white space between elements. What JSON could not say, or the structure does not know, refuses the
 * whole. What comes out is scanned and checked like any body in JSON: this is no second way in.
 */
import { type Container, containerOf, type ElementShape, type Primitive } from '../fhir/structure.ts';
import type { FhirVersion } from '../fhir/version.ts';
import { narrativeAt } from './narrative-at.ts';
import { refuseXml } from './refuse-xml.ts';
import { type StartTag, Tokens } from './tokens.ts';

const FHIR = 'http://hl7.org/fhir';
/** Elements inside each other; what JSON makes of them is held to its own limit as well. */
const DEEPEST = 64;

/** What one element says in JSON: its value, and what stands beside it (json.html#primitive). */
interface Said {
  readonly value: string | undefined;
  readonly beside: string | undefined;
}

/** Whether the elements of this version are known, without which no XML can be read or written. */
export function readsXml(version: FhirVersion): boolean {
  return containerOf(version, 'Patient') !== undefined;
}

/** Throws Problem `xml-invalid`. */
export function jsonOf(xml: Uint8Array, version: FhirVersion): Uint8Array {
  const reader = new Reader(textOf(xml), version);
  return new TextEncoder().encode(reader.document());
}

function textOf(xml: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(xml);
  } catch {
    return refuseXml('it must be UTF-8', 0);
  }
}

class Reader {
  readonly #tokens: Tokens;
  readonly #version: FhirVersion;

  constructor(text: string, version: FhirVersion) {
    this.#tokens = new Tokens(text);
    this.#version = version;
  }

  document(): string {
    const root = this.#tokens.next();
    if (root.kind !== 'start') return refuseXml('there is no element', this.#tokens.at);
    if (root.attributes.get('xmlns') !== FHIR) refuseXml(`the namespace must be ${FHIR}`, root.at);
    const json = this.#resource(root, 0);
    if (this.#tokens.next().kind !== 'over') refuseXml('something follows the resource', this.#tokens.at);
    return json;
  }

  #resource(tag: StartTag, depth: number): string {
    const container = /^[A-Z]/.test(tag.name) ? containerOf(this.#version, tag.name) : undefined;
    // Data types have containers too; only resources have rules that are implicit.
    if (!container?.has('implicitRules')) return refuseXml('there is no resource type of this name', tag.at);
    for (const key of tag.attributes.keys())
      if (key !== 'xmlns' && !key.startsWith('xmlns:') && key !== 'xsi:schemaLocation')
        refuseXml('an attribute that resources do not have', tag.at);
    this.#checkNamespace(tag);
    const members = this.#members(tag, container, depth);
    return `{"resourceType":"${tag.name}"${members === '' ? '' : `,${members}`}}`;
  }

  /** The elements up to the end of `tag`, as members of an object. */
  #members(tag: StartTag, container: Container, depth: number): string {
    const told = new Map<string, Said[]>();
    for (const child of this.#children(tag, depth)) {
      const shape = container.get(child.name) ?? refuseXml('an element that its type does not have', child.at);
      const before = told.get(child.name);
      if (before !== undefined && !shape.repeats) refuseXml('an element twice that may be there once', child.at);
      const said = this.#element(child, shape, depth + 1);
      if (before === undefined) told.set(child.name, [said]);
      else before.push(said);
    }
    const members: string[] = [];
    let left = told.size;
    for (const [element, { repeats }] of container) {
      if (left === 0) break;
      const said = told.get(element);
      if (said === undefined) continue;
      left--;
      for (const [key, part] of [
        [element, 'value'],
        [`_${element}`, 'beside'],
      ] as const) {
        if (said.every((one) => one[part] === undefined)) continue;
        const texts = said.map((one) => one[part] ?? 'null').join(',');
        members.push(`"${key}":${repeats ? `[${texts}]` : texts}`);
      }
    }
    return members.join(',');
  }

  *#children(tag: StartTag, depth: number): Generator<StartTag> {
    if (tag.alone) return;
    if (depth > DEEPEST) refuseXml('nested too deeply', tag.at);
    for (let token = this.#tokens.next(); ; token = this.#tokens.next()) {
      if (token.kind === 'over') return refuseXml('an element that does not end', tag.at);
      if (token.kind === 'start') yield token;
      else if (token.name === tag.name) return;
      else return refuseXml('an end tag of another element', token.at);
    }
  }

  #element(tag: StartTag, { inside, primitive }: ElementShape, depth: number): Said {
    if (primitive === 'xhtml') return this.#narrative(tag);
    this.#checkNamespace(tag);
    if (inside === undefined) return this.#primitive(tag, primitive!, depth);
    // Some definitions name the one type of resource that may stand there.
    if (inside === 'Resource' || containerOf(this.#version, inside)?.has('implicitRules'))
      return { value: this.#wrapped(tag, depth), beside: undefined };
    const container = containerOf(this.#version, inside) ?? refuseXml('an element that its type does not have', tag.at);
    const attributes = this.#attributes(tag, inside === 'Extension' ? ['id', 'url'] : ['id']);
    const all = [...attributes, this.#members(tag, container, depth)].filter((text) => text !== '').join(',');
    return { value: all === '' ? refuseXml('an element that says nothing', tag.at) : `{${all}}`, beside: undefined };
  }

  /** `<contained><Organization>…</Organization></contained>` */
  #wrapped(tag: StartTag, depth: number): string {
    this.#attributes(tag, []);
    const found: string[] = [];
    for (const child of this.#children(tag, depth)) found.push(this.#resource(child, depth + 1));
    return found.length === 1 ? found[0]! : refuseXml('one resource belongs here', tag.at);
  }

  #primitive(tag: StartTag, primitive: Primitive, depth: number): Said {
    this.#attributes(tag, ['id', 'value']);
    const [id, value] = [tag.attributes.get('id'), tag.attributes.get('value')];
    const extensions: string[] = [];
    for (const child of this.#children(tag, depth)) {
      if (child.name !== 'extension') refuseXml('an element that its type does not have', child.at);
      extensions.push(this.#element(child, EXTENSION, depth + 1).value!);
    }
    const beside = [
      ...(id === undefined ? [] : [`"id":${JSON.stringify(id)}`]),
      ...(extensions.length === 0 ? [] : [`"extension":[${extensions.join(',')}]`]),
    ].join(',');
    if (value === undefined && beside === '') refuseXml('an element that says nothing', tag.at);
    return {
      value: value === undefined ? undefined : literal(value, primitive, tag.at),
      beside: beside === '' ? undefined : `{${beside}}`,
    };
  }

  /** JSON holds XHTML as the text that it is. */
  #narrative(tag: StartTag): Said {
    const { text, end } = narrativeAt(this.#tokens.text, tag.at);
    this.#tokens.goOn(end);
    return { value: JSON.stringify(text), beside: undefined };
  }

  /** As members; those that are written elsewhere are only checked. */
  #attributes(tag: StartTag, allowed: readonly string[]): readonly string[] {
    const members: string[] = [];
    for (const [key, value] of tag.attributes) {
      if (key === 'xmlns') continue;
      if (!allowed.includes(key)) refuseXml('an attribute that FHIR does not have', tag.at);
      if (value === '') refuseXml('an attribute that says nothing', tag.at);
      members.push(`"${key}":${JSON.stringify(value)}`);
    }
    return members;
  }

  #checkNamespace({ attributes, at }: StartTag): void {
    if ((attributes.get('xmlns') ?? FHIR) !== FHIR) refuseXml(`the namespace must be ${FHIR}`, at);
  }
}

const EXTENSION: ElementShape = Object.freeze({ repeats: true, inside: 'Extension', primitive: undefined });

/** Each as its type writes it, in both formats (datatypes.html#primitive). */
const grammars = {
  boolean: /^(?:true|false)$/,
  integer: /^-?(?:0|[1-9][0-9]*)$/,
  decimal: /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/,
} as const satisfies Partial<Record<Primitive, RegExp>>;

function literal(value: string, primitive: Primitive, at: number): string {
  if (primitive === 'text') return JSON.stringify(value);
  if (primitive === 'xhtml') return refuseXml('a narrative where none belongs', at);
  return grammars[primitive].test(value) ? value : refuseXml(`a value that is no ${primitive}`, at);
}
