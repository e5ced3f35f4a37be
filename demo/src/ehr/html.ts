/**
 * Pages as template literals: every value is escaped unless `html` made it. INVARIANT: values stand in text or inside double-quoted attributes, never in
 * a tag name, a script or a style.
 */
export type HtmlValue = Html | string | readonly HtmlValue[];

export class Html {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(parts.map((part, at) => part + (at < values.length ? render(values[at]!) : '')).join(''));
}

export function page(title: string, content: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><link rel="stylesheet" href="/style.css"></head>
<body><main><h1>${title}</h1>
${content}
</main></body>
</html>
`;
}

export const STYLE = `body { margin: 0; background: #f4f6f8; color: #16202a; font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 36rem; margin: 2rem auto; padding: 1rem 2rem 2rem; background: #fff; border-radius: 0.5rem; }
label { display: block; margin-top: 1rem; font-weight: 600; }
input:not([type=checkbox]), select { display: block; box-sizing: border-box; width: 100%; padding: 0.5rem; font: inherit; }
button { margin-top: 1.5rem; padding: 0.5rem 1.5rem; font: inherit; }
dt { font-weight: 600; } dd { margin: 0 0 0.75rem; overflow-wrap: anywhere; }
`;

function render(value: HtmlValue): string {
  if (value instanceof Html) return value.toString();
  if (typeof value === 'string') return value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
  return value.map(render).join('');
}
