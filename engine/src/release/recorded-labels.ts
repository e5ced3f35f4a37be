/** the labels of what was released, for its record; what tells of labelled data is protected like the data. */
import type { RecordedLabels } from '../enforcement/outcome.ts';
import type { Visible } from './visible.ts';

/** `key`: as the resource stands in `resources` of the record. To be spread: nothing where there are no labels. */
export function recordedLabels(
  visible: readonly Visible[],
  key: (one: Visible, index: number) => string = ({ type, id }) => `${type}/${id}`,
): { readonly labels?: RecordedLabels } {
  const labels: Record<string, readonly string[]> = {};
  for (const [index, one] of visible.entries()) {
    // An audit event is restricted by itself, and a record of a look at many would say so of each.
    const carried = one.type === 'AuditEvent' ? [] : (one.marks?.labels ?? []);
    if (carried.length > 0) labels[key(one, index)] = carried.map(({ system, code }) => `${system}|${code}`);
  }
  return Object.keys(labels).length === 0 ? {} : { labels };
}
