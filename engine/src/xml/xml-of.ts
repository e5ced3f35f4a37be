/**
 * FHIR R4 xml.html: the XML form of a resource in JSON, in the order that the definitions give. Numbers are copied as they are written, so `1.10` stays `1.10`.
 * INVARIANT: nothing is left out. An element that the structure does not know, a character that XML cannot hold, or a narrative that is not well-formed
 * makes the whole unsayable, never a part of it.
 */
import { type Container, containerOf } from '../fhir/structure.ts';
import type { FhirVersion } from '../fhir/version.ts';
import { type JsonDocument, type JsonNode, NONE, name, scan } from '../json/scan.ts';
import { Problem } from '../problem.ts';
import { escapedAttribute } from './escaped-attribute.ts';
import { wellFormedDiv } from './well-formed-div.ts';

const RESOURCE_TYPE = name('resourceType');
const ID = name('id');
const EXTENSION = name('extension');
const DEEPEST = 100;

/** `pretty`: every element on a line of its own, but for narratives, whose white space means something. Throws Problem `not-acceptable` when it cannot be said in XML. */
export function xmlOf(json: Uint8Array, version: FhirVersion, pretty = false): Uint8Array {
  const document = scan(json);
  const pieces: string[] = ['<?xml version="1.0" encoding="UTF-8"?>'];
  new Writer(document, version, pieces, pretty).resource(document.root, ' xmlns="http://hl7.org/fhir"', 0);
  if (pretty) pieces.push('\n');
  return new TextEncoder().encode(pieces.join(''));
}

class Writer {
  readonly #document: JsonDocument;
  readonly #version: FhirVersion;
  readonly #pieces: string[];
  readonly #pretty: boolean;
  /** How many elements are open. */
  #level = 0;

  constructor(document: JsonDocument, version: FhirVersion, pieces: string[], pretty: boolean) {
    this.#document = document;
    this.#version = version;
    this.#pieces = pieces;
    this.#pretty = pretty;
  }

  #open(tag: string): void {
    this.#alone(tag);
    this.#level++;
  }

  #close(tag: string): void {
    this.#level--;
    this.#alone(tag);
  }

  #alone(tag: string): void {
    if (this.#pretty) this.#pieces.push('\n', '  '.repeat(this.#level));
    this.#pieces.push(tag);
  }

  resource(node: JsonNode, namespace: string, depth: number): void {
    const type = this.#document.string(this.#document.member(node, RESOURCE_TYPE)) ?? '';
    const container = containerOf(this.#version, type);
    if (container === undefined || !/^[A-Z][A-Za-z]+$/.test(type)) throw unsayable();
    this.#open(`<${type}${namespace}>`);
    this.#members(node, container, ['resourceType'], depth);
    this.#close(`</${type}>`);
  }

  /** `attributes`: members that are not written as elements. */
  #members(node: JsonNode, container: Container, attributes: readonly string[], depth: number): void {
    if (depth > DEEPEST) throw unsayable();
    const document = this.#document;
    const there = new Map<string, JsonNode>();
    for (let member = document.first(node); member !== NONE; member = document.next(member))
      there.set(document.key(member), member);
    for (const attribute of attributes) there.delete(attribute);
    for (const [element, { inside }] of container) {
      if (there.size === 0) break;
      const value = there.get(element);
      const beside = there.get(`_${element}`);
      if (value === undefined && beside === undefined) continue;
      there.delete(element);
      there.delete(`_${element}`);
      if (inside === undefined) this.#primitives(element, value, beside, depth + 1);
      else if (value === undefined || beside !== undefined) throw unsayable();
      else for (const one of this.#items(value)) this.#complex(element, one!, inside, depth + 1);
    }
    if (there.size > 0) throw unsayable();
  }

  #complex(element: string, node: JsonNode, inside: string, depth: number): void {
    const document = this.#document;
    if (!document.isObject(node)) throw unsayable();
    const container = containerOf(this.#version, inside);
    // Some definitions name the one type of resource that may stand there.
    if (inside === 'Resource' || container?.has('implicitRules')) {
      this.#open(`<${element}>`);
      this.resource(node, '', depth);
      this.#close(`</${element}>`);
      return;
    }
    if (container === undefined) throw unsayable();
    const attributes = inside === 'Extension' ? ['id', 'url'] : ['id'];
    const written = attributes.map((one) => this.#attribute(one, document.member(node, name(one)))).join('');
    if (inside === 'Narrative') {
      this.#narrative(element, node, written, depth);
      return;
    }
    this.#open(`<${element}${written}>`);
    this.#members(node, container, attributes, depth);
    this.#close(`</${element}>`);
  }

  #narrative(element: string, node: JsonNode, written: string, depth: number): void {
    const document = this.#document;
    const div = document.string(document.member(node, name('div')));
    const container = containerOf(this.#version, 'Narrative');
    const clean = div === undefined ? undefined : wellFormedDiv(div);
    if (clean === undefined || container === undefined || document.member(node, name('_div')) !== NONE) throw unsayable();
    this.#open(`<${element}${written}>`);
    this.#members(node, container, ['id', 'div'], depth);
    this.#alone(clean);
    this.#close(`</${element}>`);
  }

  /** Values and what stands beside them, which holds their ids and extensions (json.html#primitive). */
  #primitives(element: string, value: JsonNode | undefined, beside: JsonNode | undefined, depth: number): void {
    const values = value === undefined ? [] : this.#items(value);
    const besides = beside === undefined ? [] : this.#items(beside);
    for (let at = 0; at < Math.max(values.length, besides.length); at++)
      this.#primitive(element, values[at], besides[at], depth);
  }

  #primitive(element: string, value: JsonNode | undefined, beside: JsonNode | undefined, depth: number): void {
    const document = this.#document;
    const has = beside !== undefined && document.isObject(beside);
    const id = has ? this.#attribute('id', document.member(beside, ID)) : '';
    const text = value === undefined || document.kind(value) === 'null' ? '' : this.#attribute('value', value);
    const extension = has ? document.member(beside, EXTENSION) : NONE;
    if (has && document.size(beside) > (id === '' ? 0 : 1) + (extension === NONE ? 0 : 1)) throw unsayable();
    if (id === '' && text === '' && extension === NONE) throw unsayable();
    if (extension === NONE) {
      this.#alone(`<${element}${id}${text}/>`);
      return;
    }
    this.#open(`<${element}${id}${text}>`);
    for (const one of this.#items(extension)) this.#complex('extension', one!, 'Extension', depth + 1);
    this.#close(`</${element}>`);
  }

  #attribute(key: string, node: JsonNode): string {
    if (node === NONE) return '';
    const document = this.#document;
    const kind = document.kind(node);
    if (kind === 'object' || kind === 'array' || kind === 'null') throw unsayable();
    const escaped = escapedAttribute(document.string(node) ?? document.raw(node));
    if (escaped === undefined) throw unsayable();
    return ` ${key}="${escaped}"`;
  }

  /** The items of a list, or the one that stands for itself. */
  #items(node: JsonNode): readonly JsonNode[] {
    const document = this.#document;
    if (!document.isArray(node)) return [node];
    const items: JsonNode[] = [];
    for (let item = document.first(node); item !== NONE; item = document.next(item)) items.push(item);
    return items;
  }
}

function unsayable(): Problem {
  return new Problem('not-acceptable', 'This answer cannot be said in XML. Accept application/fhir+json.');
}
