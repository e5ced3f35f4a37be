/** An accepted export, run to its end as `server/src/export` runs it: plan, pages, and the lines of every file, told as one list. */
import { exportOf, type Found, type Given, type Need, type Outcome, Problem, Released } from '@fireguard/engine';
import type { Json } from './json.ts';

/** Ids of one answer of lines: few, so that a file has several. */
const AT_ONCE = 7;
const decoder = new TextDecoder();

/** Number of searches, and all lines in the order of types and ids. Throws Problem. */
export async function runExport(given: Given, fulfil: (need: Need) => Promise<Found>): Promise<Json> {
  const run = async <Result>(flow: Generator<Need, Result, Found>): Promise<Result> => {
    let step = flow.next();
    while (!step.done) step = flow.next(await fulfil(step.value));
    return step.value;
  };
  const flow = exportOf(given);
  const plan = await run(flow.plan());
  const found = new Map<string, Set<string>>();
  for (const part of plan.parts) {
    const ids = found.get(part.type) ?? new Set();
    found.set(part.type, ids);
    let from: string | undefined = '';
    for (let turns = 0; from !== undefined; turns++) {
      if (turns > 100) throw new Error('the export does not end');
      const page: { readonly ids: readonly string[]; readonly next: string | undefined } = await run(
        flow.page(plan, part, from),
      );
      for (const id of page.ids) ids.add(id);
      from = page.next;
    }
  }
  const entry: Json[] = [];
  for (const [type, ids] of found) {
    const all = [...ids].sort();
    for (let at = 0; at < all.length; at += AT_ONCE) {
      const outcome: Outcome = await run(flow.lines(plan, type, all.slice(at, at + AT_ONCE)));
      if (!Released.isReleased(outcome)) throw new Problem('forbidden', 'The type is closed by now.');
      for (const line of decoder.decode(outcome.body).split('\n')) if (line !== '') entry.push({ resource: JSON.parse(line) });
    }
  }
  return { resourceType: 'Bundle', type: 'collection', total: plan.parts.length, entry };
}
