/** Whether a FHIR dateTime (R4 datatypes.html#dateTime) lies wholly before a moment. Partial dates last to their end; what cannot be read has ended. */
import { type JsonDocument, type JsonNode, type Name, NONE, name } from '@fireguard/engine';

const PERIOD = name('period');
const END = name('end');

/** The `period` of an object, or what stands for it in `element`. No period, or one without an end, has not ended. */
export function periodEnded(document: JsonDocument, node: JsonNode, now: number, element: Name = PERIOD): boolean {
  const period = document.member(node, element);
  if (period === NONE) return false;
  const end = document.member(period, END);
  if (end === NONE) return false;
  const text = document.string(end);
  return text === undefined || !(lastMoment(text) > now);
}

/** Milliseconds since the epoch; NaN when it cannot be read. */
export function lastMoment(text: string): number {
  const date = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(text);
  if (date === null) return /^\d{4}-\d{2}-\d{2}T/.test(text) ? Date.parse(text) : Number.NaN;
  const [, year, month, day] = date;
  if (month === undefined) return Date.UTC(Number(year) + 1, 0, 1);
  if (day === undefined) return Date.UTC(Number(year), Number(month), 1);
  return Date.UTC(Number(year), Number(month) - 1, Number(day) + 1);
}
