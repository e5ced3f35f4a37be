/** Where a narrative ends: it is XHTML of its own, and is taken as it stands, or not at all. */
import { refuseXml } from './refuse-xml.ts';
import { wellFormedDiv } from './well-formed-div.ts';

const tag = /<(\/?)(?:[A-Za-z][A-Za-z0-9]*)(?:[^<>"']|"[^"<]*"|'[^'<]*')*?(\/?)>/g;

/** `at`: of its `<div`. Throws Problem `xml-invalid` unless it is well-formed by itself. */
export function narrativeAt(text: string, at: number): { readonly text: string; readonly end: number } {
  tag.lastIndex = at;
  let depth = 0;
  for (let one = tag.exec(text); one !== null; one = tag.exec(text)) {
    if (one[1] === '/') depth--;
    else if (one[2] === '') depth++;
    if (depth > 0) continue;
    const end = tag.lastIndex;
    const div = text.slice(at, end);
    if (wellFormedDiv(div) === undefined || /&nbsp;/.test(div) || !/^<div[^>]*\sxmlns\s*=/.test(div)) break;
    return { text: div, end };
  }
  return refuseXml('a narrative that is not well-formed XHTML of one div, without comments, CDATA and instructions', at);
}
