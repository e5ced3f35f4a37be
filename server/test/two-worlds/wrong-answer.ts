/** The second half of the law: the answer is the one of a plain server over the released world. Says what is wrong with it; undefined: nothing. */
import type { Answered, Askable } from './gateway.ts';
import type { NaiveDecider } from './naive/decider.ts';
import type { PlainServer } from './plain-server.ts';
import type { Snapshot } from './released.ts';
import type { Asked } from './scenario.ts';
import type { Upstream } from './upstream.ts';
import { wrongExport } from './wrong-export.ts';
import { wrongHint } from './wrong-hint.ts';
import { wrongHistories, wrongHistory, wrongMeta, wrongRead, wrongVersion } from './wrong-instance.ts';
import { wrongLabels } from './wrong-labels.ts';
import { wrongEverything, wrongLast } from './wrong-operation.ts';
import { wrongSearch } from './wrong-search.ts';
import { wrongTogether } from './wrong-together.ts';
import { wrongWrite } from './wrong-write.ts';

export interface Judging {
  readonly decider: NaiveDecider;
  readonly upstream: Upstream;
  readonly plain: PlainServer;
  readonly before: Snapshot;
  readonly gateway: Askable;
}

export async function wrongAnswer(asked: Asked, pages: readonly Answered[], judging: Judging): Promise<string | undefined> {
  const { tries } = asked;
  const answer = pages[0]!;
  const writes = answer.status >= 400 && judging.upstream.store.log.length !== judging.before.length;
  const untold = wrongHint(asked, pages, judging);
  if (untold !== undefined) return untold;
  if (writes) return `answers ${answer.status}, and something was written`;
  if (tries.some((each) => writing.includes(each))) return wrongWrite(asked, answer, judging);
  if (tries.includes('batch') || tries.includes('transaction')) return wrongTogether(asked, answer, judging);
  if (answer.problem !== undefined) return undefined;
  const unlike = pages.map((page) => wrongLabels(asked, page, judging)).find((one) => one !== undefined);
  if (unlike !== undefined) return unlike;
  if (tries.includes('search')) return wrongSearch(asked, pages, judging);
  if (tries.includes('read')) return wrongRead(asked, answer, judging);
  if (tries.includes('vread')) return wrongVersion(asked, answer, judging);
  if (tries.includes('history-instance')) return wrongHistory(asked, pages, judging);
  if (tries.includes('history-type') || tries.includes('history-system')) return wrongHistories(asked, pages, judging);
  if (tries.includes('$meta')) return wrongMeta(asked, answer, judging);
  if (tries.includes('$everything')) return wrongEverything(asked, pages, judging);
  if (tries.includes('$export')) return wrongExport(asked, pages, judging);
  if (tries.includes('$lastn')) return wrongLast(asked, pages, judging);
  return undefined;
}

const writing: readonly string[] = [
  ...['create', 'update', 'patch', 'delete'],
  ...['conditional-create', 'conditional-update', 'conditional-patch', 'conditional-delete'],
];
