/** docs/reference/leak-paths.md: the 150 leak paths, how each is closed, and where that is tested. */
import type { LeakStatus } from '../leak-paths/leak-path.ts';
import { leakPaths } from '../leak-paths/leak-paths.ts';
import { page, table } from './markdown.ts';

export function leakPathsPage(): string {
  const count = (kind: LeakStatus['kind']) => leakPaths.filter(({ status }) => status.kind === kind).length;
  const rows = leakPaths.map(({ number, path, tells, how, status }) => [String(number), path, tells, how, told(status)]);
  return page(
    'Leak paths',
    'the list in `tools/leak-paths`',
    'Ways in which an API of FHIR can tell what it should keep: what one would look at, what one would learn, how it is closed here, and the test that holds it. The law behind them is in [search semantics](../search-semantics.md).',
    `Closed: ${count('closed')}. Not offered, and seen to be refused: ${count('refused')}. Announced: ${count('announced')}.`,
    table(['', 'where', 'would tell', 'here', 'state'], rows),
  );
}

function told(status: LeakStatus): string {
  switch (status.kind) {
    case 'closed':
    case 'refused':
      return `${status.kind}: [test](../../${status.test})`;
    case 'announced':
      return `announced: ${status.why}`;
  }
}
