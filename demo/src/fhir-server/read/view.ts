// How much of a resource is shown: all of it to the byte, or a projection.
import { Refusal } from '../answer.ts';
import type { Parameter } from '../request.ts';
import type { Summary } from '../search/query.ts';
import type { Version } from '../storage/version.ts';
import { keeps } from './elements.ts';
import { project } from './project.ts';

export interface View {
  readonly summary: Summary;
  readonly elements: readonly string[] | undefined;
}

/** `_summary` and `_elements` of a read. */
export function parseView(parameters: readonly Parameter[]): View {
  const value = (wanted: string) => parameters.find(([name]) => name === wanted)?.[1];
  const summary = (['false', 'true', 'text', 'data'] as const).find((each) => each === (value('_summary') ?? 'false'));
  if (summary === undefined) throw new Refusal(400, 'value', '_summary takes false, true, text, data');
  return { summary, elements: value('_elements')?.split(',') };
}

export function view(version: Version, { summary, elements }: View): Uint8Array {
  const bytes = version.bytes ?? new Uint8Array();
  const keep = keeps(version.facts.type, summary, elements);
  return keep === undefined ? bytes : project(bytes, keep);
}
