/**
 * The life of one FHIR request: the file to read first. A generator without I/O: it yields what it needs, a batch of fact queries or one
 * planned upstream request, is resumed with what was found, and returns what may be answered. Every flow has the same steps, in this order:
 *
 *   admit          may this caller do this to this type at all?           decision   before anything is looked up
 *   refuseUnserved does the request ask for what is not served?                       after admission: a stranger learns nothing
 *   plan           what to ask the upstream, rebuilt from the request     planning   the only maker of an UpstreamRequest
 *   draft, gather  whose resources have arrived? ask for their facts      facts      batched, two rounds at most
 *   judge          may this caller see, or write, this one?               decision   once for every resource, always
 *   release        mask, rebase, build the answer                         release    the only maker of a Released
 *
 * A deny is returned with its reasons. A Problem is thrown for a bad request or a failure. Any other exception is a bug; whatever is thrown,
 * nothing has been released.
 */

import { inFormat } from '../release/in-format.ts';
import { batch } from './batch.ts';
import { byPseudonym } from './by-pseudonym.ts';
import { capabilities } from './capabilities.ts';
import type { Given } from './given.ts';
import { history } from './history.ts';
import { instanceHistory } from './instance-history.ts';
import type { Found, Need } from './need.ts';
import { operation } from './operation.ts';
import type { Outcome } from './outcome.ts';
import { read } from './read.ts';
import { search } from './search.ts';
import { transaction } from './transaction.ts';
import { vread } from './vread.ts';
import { write } from './write.ts';

export function* enforce(given: Given): Generator<Need, Outcome, Found> {
  const outcome = yield* answer(byPseudonym(given));
  return inFormat(outcome, given.asked, given.tables.version);
}

/** In JSON, as everything is decided. The entries of a Bundle end here: its format is that of the whole. */
function* answer(given: Given): Generator<Need, Outcome, Found> {
  const { asked } = given;
  switch (asked.interaction) {
    case 'capabilities':
      return yield* capabilities(given, asked);
    case 'read':
      return yield* read(given, asked);
    case 'vread':
      return yield* vread(given, asked);
    case 'search':
      return yield* search(given, asked);
    case 'create':
    case 'update':
    case 'patch':
    case 'delete':
    case 'conditional-update':
    case 'conditional-patch':
    case 'conditional-delete':
      return yield* write(given, asked);
    case 'history-instance':
      return yield* instanceHistory(given, asked);
    case 'history-type':
    case 'history-system':
      return yield* history(given, asked);
    case 'batch':
      return yield* batch(given, asked, answer);
    case 'transaction':
      return yield* transaction(given, asked, answer);
    case 'operation':
      return yield* operation(given, asked);
  }
}
