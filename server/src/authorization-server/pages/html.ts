/**
 * Pages are typed template literals: every value is escaped unless it is itself `Html`, which only `html` makes.
 * INVARIANT: values stand in text or inside double-quoted attributes, never in a tag name, an unquoted attribute, a script or a style.
 */
export type HtmlValue = Html | string | number | undefined | false | readonly HtmlValue[];

export class Html {
  readonly #text: string;

  /** For `html` below; nothing else may call it. */
  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** Builds markup. Arrays are joined, `undefined` and `false` leave nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let text = parts[0] ?? '';
  for (const [at, value] of values.entries()) text += render(value) + (parts[at + 1] ?? '');
  return new Html(text);
}

function render(value: HtmlValue): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Html) return value.toString();
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return escaped(value);
  return value.map(render).join('');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
