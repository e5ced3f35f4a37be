/** Makes the changes that a de-identified view obliges to, by splicing. What cannot be changed for certain is withheld. */
import type { Obligation } from '../decision/permit.ts';
import type { JsonEdit } from '../json/edit.ts';
import { removeElement } from '../json/remove-element.ts';
import { type JsonNode, NONE, name } from '../json/scan.ts';

type Change = Extract<Obligation, { kind: 'change' }>;

const VALUE = name('value');
const CODE = name('code');
const DAY = 86_400_000;
/** UCUM units in which ages are given (datatypes.html#Age), in years. */
const years: Readonly<Record<string, number>> = { a: 1, mo: 1 / 12, wk: 1 / 52, d: 1 / 365, h: 1 / 8760, min: 1 / 525_600 };

export function noteChanges(edit: JsonEdit, resource: JsonNode, obligations: readonly Obligation[]): void {
  for (const one of obligations) if (one.kind === 'change') noteChange(edit, resource, resource, one.path.split('.'), 0, one);
}

function noteChange(
  edit: JsonEdit,
  resource: JsonNode,
  at: JsonNode,
  path: readonly string[],
  depth: number,
  change: Change,
): void {
  const { document } = edit;
  if (document.isArray(at)) {
    for (let item = document.first(at); item !== NONE; item = document.next(item))
      noteChange(edit, resource, item, path, depth, change);
    return;
  }
  if (!document.isObject(at)) return;
  const element = path[depth]!;
  const node = document.member(at, name(element));
  if (depth < path.length - 1) {
    noteChange(edit, resource, node, path, depth + 1, change);
    return;
  }
  if (node === NONE || (change.what === 'age' && isTold(edit, node))) return;
  const text = change.what === 'age' ? undefined : document.string(node);
  const changed = text === undefined ? undefined : changedDate(text, change);
  if (changed === undefined) removeElement(document, edit, at, element, { shells: 'drop', upTo: resource });
  else edit.replace(node, JSON.stringify(changed));
}

/** An age of which it is certain that it is below ninety. */
function isTold({ document }: JsonEdit, age: JsonNode): boolean {
  const value = Number(document.raw(document.member(age, VALUE)));
  const unit = years[document.string(document.member(age, CODE)) ?? ''];
  return document.member(age, VALUE) !== NONE && unit !== undefined && value >= 0 && value * unit < 90;
}

const date = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(T[0-9:.Z+-]+)?)?)?$/;

/** Undefined: it is not told. A date without a day says its year, whether it is cut or moved. */
function changedDate(text: string, { what, to, days, earliest }: Change): string | undefined {
  const [whole, year, month, day, time = ''] = date.exec(text) ?? [];
  if (whole === undefined || (what === 'birth' && Number(year) < earliest)) return undefined;
  if (to === 'year') return year;
  if (days === undefined) return undefined;
  if (day === undefined) return year;
  const moved = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)) + days * DAY);
  return Number.isNaN(moved.getTime()) ? undefined : moved.toISOString().slice(0, 10) + time;
}
