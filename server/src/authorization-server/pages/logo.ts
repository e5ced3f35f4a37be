/**
 * The hospital's mark, from a small SVG file: a closed list of shapes and attributes, and nothing else. INVARIANT: whatever is not on the list is refused,
 * not dropped: no script, style, link, text, foreign object or reference can be in what is shown.
 */
import { type Html, html } from './html.ts';

type Attributes = readonly Html[];

const elements: Readonly<Record<string, (attributes: Attributes, inner: readonly Html[]) => Html>> = {
  g: (a, inner) => html`<g${a}>${inner}</g>`,
  path: (a) => html`<path${a}/>`,
  circle: (a) => html`<circle${a}/>`,
  ellipse: (a) => html`<ellipse${a}/>`,
  rect: (a) => html`<rect${a}/>`,
  line: (a) => html`<line${a}/>`,
  polyline: (a) => html`<polyline${a}/>`,
  polygon: (a) => html`<polygon${a}/>`,
};

const attributes: Readonly<Record<string, (value: string) => Html>> = {
  d: (v) => html` d="${v}"`,
  points: (v) => html` points="${v}"`,
  transform: (v) => html` transform="${v}"`,
  x: (v) => html` x="${v}"`,
  y: (v) => html` y="${v}"`,
  x1: (v) => html` x1="${v}"`,
  y1: (v) => html` y1="${v}"`,
  x2: (v) => html` x2="${v}"`,
  y2: (v) => html` y2="${v}"`,
  cx: (v) => html` cx="${v}"`,
  cy: (v) => html` cy="${v}"`,
  r: (v) => html` r="${v}"`,
  rx: (v) => html` rx="${v}"`,
  ry: (v) => html` ry="${v}"`,
  width: (v) => html` width="${v}"`,
  height: (v) => html` height="${v}"`,
  fill: (v) => html` fill="${v}"`,
  stroke: (v) => html` stroke="${v}"`,
  opacity: (v) => html` opacity="${v}"`,
  'fill-rule': (v) => html` fill-rule="${v}"`,
  'fill-opacity': (v) => html` fill-opacity="${v}"`,
  'stroke-width': (v) => html` stroke-width="${v}"`,
  'stroke-linecap': (v) => html` stroke-linecap="${v}"`,
  'stroke-linejoin': (v) => html` stroke-linejoin="${v}"`,
  'stroke-opacity': (v) => html` stroke-opacity="${v}"`,
};

const LONGEST = 4000;
/** Numbers, path letters, names of colours: never a URL, an entity or a function but those of `transform`. */
const harmless = /^[A-Za-z0-9 ,.#%()\n\r\t+-]*$/;

/** Throws an Error that says what is not allowed. Comments and an XML declaration are left out. */
export function sanitisedLogo(source: string): Html {
  if (source.length > LONGEST) throw new Error(`the logo is longer than ${LONGEST} characters`);
  const text = source
    .replace(/^\uFEFF?\s*(<\?xml[^<>?]*\?>)?/, '')
    .replaceAll(/<!--[^<>]*?-->/g, '')
    .trim();
  const root = /^<svg((?:\s+[a-zA-Z:-]+\s*=\s*"[^"<>&]*")*)\s*>([\s\S]*)<\/svg>$/.exec(text);
  const viewBox = /\sviewBox\s*=\s*"([-0-9. ]+)"/.exec(root?.[1] ?? '')?.[1];
  if (root === null || viewBox === undefined)
    throw new Error('the logo must be one <svg> with a viewBox, attributes in double quotes');
  const rootPaint = attributesOf(
    (root[1] ?? '').replaceAll(/\s(?:xmlns|version|viewBox|width|height|role|aria-hidden)\s*=\s*"[^"]*"/g, ''),
  );
  return html`<svg viewBox="${viewBox}" aria-hidden="true"${rootPaint}>${contentOf(root[2] ?? '')}</svg>`;
}

function contentOf(text: string): readonly Html[] {
  interface Open {
    readonly name: string;
    readonly attributes: Attributes;
    readonly inner: Html[];
  }
  const stack: Open[] = [{ name: '', attributes: [], inner: [] }];
  let at = 0;
  for (const match of text.matchAll(/<(\/?)([a-zA-Z:]+)((?:\s+[a-zA-Z0-9:-]+\s*=\s*"[^"<>&]*")*)\s*(\/?)>/g)) {
    if (text.slice(at, match.index).trim() !== '') throw new Error('the logo holds something that is not a shape');
    at = match.index + match[0].length;
    const [, closing, name = '', given = '', selfClosing] = match;
    const make = Object.hasOwn(elements, name) ? elements[name] : undefined;
    if (make === undefined) throw new Error(`the logo holds <${name}>, which is not allowed`);
    const top = stack.at(-1) ?? stack[0]!;
    if (closing === '/') {
      if (top.name !== name) throw new Error(`the logo closes <${name}> where none is open`);
      stack.pop();
      stack.at(-1)?.inner.push(make(top.attributes, top.inner));
    } else if (selfClosing === '/') top.inner.push(make(attributesOf(given), []));
    else stack.push({ name, attributes: attributesOf(given), inner: [] });
  }
  if (text.slice(at).trim() !== '' || stack.length !== 1) throw new Error('the logo is not well formed');
  return stack[0]!.inner;
}

function attributesOf(text: string): Attributes {
  return [...text.matchAll(/\s+([a-zA-Z0-9:-]+)\s*=\s*"([^"]*)"/g)].map(([, name = '', value = '']) => {
    const make = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
    if (make === undefined) throw new Error(`the logo holds the attribute ${name}, which is not allowed`);
    if (!harmless.test(value) || /url/i.test(value)) throw new Error(`the logo holds a value that is not allowed in ${name}`);
    return make(value);
  });
}
