/**
 * Values by text, for documents that are asked which of a few known texts a string is. Most strings are none of them, and their length says so: only one
 * that holds escapes is decoded, the others are compared by bytes.
 */
import type { JsonDocument, JsonNode } from './document.ts';
import { type Name, name } from './name.ts';

export class TextTable<Value> {
  readonly #values: ReadonlyMap<string, Value>;
  readonly #byLength: readonly (readonly { readonly text: Name; readonly value: Value }[] | undefined)[];

  constructor(values: ReadonlyMap<string, Value>) {
    this.#values = new Map(values);
    const byLength: { text: Name; value: Value }[][] = [];
    for (const [key, value] of values) {
      const text = name(key);
      byLength[text.bytes.length] ??= [];
      byLength[text.bytes.length]!.push({ text, value });
    }
    this.#byLength = byLength;
    Object.freeze(this);
  }

  /** Undefined when the value is no string, or none of the texts. */
  find(document: JsonDocument, node: JsonNode): Value | undefined {
    if (!document.isString(node)) return undefined;
    if (document.isEscaped(node)) return this.#values.get(document.string(node)!);
    const few = this.#byLength[document.end(node) - document.start(node) - 2];
    if (few !== undefined) for (const { text, value } of few) if (document.stringIs(node, text)) return value;
    return undefined;
  }
}
