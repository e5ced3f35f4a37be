/**
 * An accepted export, as its host runs it (Bulk Data Access 2.0): a plan, the ids behind it page after page, and the lines of its files. Each is decided for
 * the caller of `given` at its moment; the host keeps places between them and nothing else.
 */
import { type ExportAsked, exportAsked } from '../operation/export-asked.ts';
import { operationInput } from '../operation/operation-input.ts';
import { operationFor } from '../operation/operations.ts';
import { byPseudonym } from './by-pseudonym.ts';
import { exportLines } from './export-lines.ts';
import { type ExportPage, exportPage } from './export-page.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import type { Outcome } from './outcome.ts';
import { type ExportPart, type ExportPlan, planExport } from './plan-export.ts';

export interface Export {
  plan(): Generator<Need, ExportPlan, Found>;
  /** `from`: '' at first, then `next` of the page before. */
  page(of: Pick<ExportPlan, 'patients'>, part: ExportPart, from: string): Generator<Need, ExportPage, Found>;
  /** Lines for some of the ids that pages told, in one answer. */
  lines(of: Pick<ExportPlan, 'patients'>, type: string, ids: readonly string[]): Generator<Need, Outcome, Found>;
}

/** `given.asked` is the kick-off. Throws Problem as the kick-off would. */
export function exportOf(as: Given): Export {
  const given = byPseudonym(as);
  const asked = understood(given);
  return Object.freeze<Export>({
    plan: () => planExport(given, asked),
    page: (of, part, from) => exportPage(given, asked, of, part, from),
    lines: (of, type, ids) => exportLines(given, asked, of, type, ids),
  });
}

function understood({ asked, tables }: Given): ExportAsked {
  const known = asked.interaction === 'operation' ? operationFor(asked) : undefined;
  if (asked.interaction !== 'operation' || known?.name !== 'export') throw new Error('not an export');
  return exportAsked(asked, operationInput(asked, known), tables);
}
