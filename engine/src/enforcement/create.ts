/** http.html#create. The new state is decided on as it will be sent: with an id that only the server may choose, and without labels of the writer's. */
import { decide } from '../decision/decide.ts';
import { JsonEdit } from '../json/edit.ts';
import { removeElement } from '../json/remove-element.ts';
import { type JsonDocument, scan } from '../json/scan.ts';
import { planWrite } from '../planning/plan-write.ts';
import { judge } from '../release/visible.ts';
import type { CreateRequest } from '../request/request.ts';
import { admit } from './admit.ts';
import { refuseClosedBody, writeClosed } from './closed-write.ts';
import { deniedWrite } from './denied-write.ts';
import { candidate, draft } from './draft.ts';
import { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import { labelsOf } from './labels.ts';
import type { Found, Need } from './need.ts';
import type { Outcome } from './outcome.ts';
import { rebased } from './rebased.ts';
import { refuseUnserved } from './refuse-unserved.ts';
import { refusedWrite } from './refused-write.ts';
import { tellWritten } from './tell-written.ts';
import { upstreamAnswer } from './upstream-answer.ts';

export function* create(given: Given, asked: CreateRequest): Generator<Need, Outcome, Found> {
  const { type } = asked;
  const permit = admit(given, 'create', type);
  if (permit.kind === 'denied') return permit;
  refuseUnserved(asked);
  const readable = decide({ ...given, interaction: 'read', type });
  const read = readable.kind === 'permit' ? readable : undefined;
  refuseClosedBody([permit, read], asked.resource);
  if (labelsOf(asked.resource, asked.resource.root).length > 0) throw writeClosed();

  const body = rebased(withoutId(asked.resource), given.bases.ours, given.bases.upstream);
  const book = new FactBook(given);
  const one = draft(given, type, undefined, body, body.root);
  yield* book.gather([permit], [one]);
  const judged = judge(permit, candidate(one, book), book);
  if (judged.kind === 'withheld') return deniedWrite(given, type, judged);

  const { prefer } = asked.conditions;
  const plan = planWrite({ kind: 'create', type, body: body.bytes, minimal: prefer === 'minimal' });
  const answer = upstreamAnswer(yield plan);
  if (answer.status !== 201 && answer.status !== 200) throw refusedWrite(answer, false);
  return yield* tellWritten(given, book, { status: 201, judged, read, prefer, answer, tellVersion: true });
}

function withoutId(document: JsonDocument): JsonDocument {
  const edit = new JsonEdit(document);
  return removeElement(document, edit, document.root, 'id') ? scan(edit.apply()) : document;
}
