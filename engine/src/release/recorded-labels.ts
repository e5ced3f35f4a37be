/** the labels of what was released, or withheld by its name, for its record; what tells of labelled data is protected like the data. */
import type { RecordedLabels } from '../enforcement/outcome.ts';
import type { Visible, Withheld } from './visible.ts';

/** `key`: as the resource stands in `resources` of the record. To be spread: nothing where there are no labels. */
export function recordedLabels(
  visible: readonly Visible[],
  key: (one: Visible, index: number) => string = ({ type, id }) => `${type}/${id}`,
): { readonly labels?: RecordedLabels } {
  let labels: Record<string, readonly string[]> | undefined;
  for (let index = 0; index < visible.length; index++) {
    const one = visible[index]!;
    const carried = told(one.type, one.marks);
    if (carried.length === 0) continue;
    labels ??= {};
    labels[key(one, index)] = carried;
  }
  return labels === undefined ? {} : { labels };
}

/** The same of one that was withheld. `key`: as it stands in `resources`. */
export function withheldLabels({ by, candidate, facts }: Withheld, key: string): { readonly labels?: RecordedLabels } {
  const carried = told(candidate.type, by.marksOf(candidate, facts));
  return carried.length === 0 ? {} : { labels: { [key]: carried } };
}

const none: readonly string[] = Object.freeze([]);

/** An audit event is restricted by itself, and a record of a look at many would say so of each. */
function told(type: string, marks: Visible['marks']): readonly string[] {
  if (type === 'AuditEvent' || marks === undefined || marks.labels.length === 0) return none;
  return marks.labels.map(({ system, code }) => `${system}|${code}`);
}
