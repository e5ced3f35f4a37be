/**
 * operations.html: each operation of the closed list runs as the reads and searches that it implies, under the caller's own permits. Nothing of it is
 * handed to the upstream as an operation.
 */
import { exportAsked } from '../operation/export-asked.ts';
import { operationInput } from '../operation/operation-input.ts';
import { operationFor } from '../operation/operations.ts';
import type { OperationRequest } from '../request/request.ts';
import { acceptExport } from './accept-export.ts';
import { document } from './document.ts';
import { documentReferences } from './document-references.ts';
import { everything } from './everything.ts';
import type { Given } from './given.ts';
import { lastObservations } from './last-observations.ts';
import { matchPatient } from './match-patient.ts';
import { meta } from './meta.ts';
import type { Found, Need } from './need.ts';
import type { Outcome } from './outcome.ts';
import { refuseStranger } from './refuse-stranger.ts';
import { refuseUnserved } from './refuse-unserved.ts';
import { terminology } from './terminology.ts';
import { unserved } from './unserved.ts';
import { validate } from './validate.ts';

/** An operation and its place, both known. */
export type Called = OperationRequest & { readonly type: string };

export function* operation(given: Given, asked: OperationRequest): Generator<Need, Outcome, Found> {
  const stranger = refuseStranger(given);
  if (stranger !== undefined) return stranger;
  const known = operationFor(asked);
  if (known === undefined) return unserved(given);
  refuseUnserved(asked);
  const input = operationInput(asked, known);
  if (known.name === 'export' && given.exports !== true) return unserved(given);
  if (known.name === 'export') return yield* acceptExport(given, exportAsked(asked, input, given.tables));
  if (asked.type === undefined) return unserved(given);
  const called: Called = { ...asked, type: asked.type };
  switch (known.name) {
    case 'everything':
      return yield* everything(given, called, input);
    case 'lastn':
      return yield* lastObservations(given, called, input);
    case 'docref':
      return yield* documentReferences(given, called, input);
    case 'document':
      return yield* document(given, called);
    case 'meta':
      return yield* meta(given, called);
    case 'validate':
      return validate(given, called, input);
    case 'expand':
    case 'validate-code':
    case 'lookup':
    case 'subsumes':
    case 'translate':
      return yield* terminology(given, called, known.name, input);
    case 'match':
      return yield* matchPatient(given, called, input);
  }
}
