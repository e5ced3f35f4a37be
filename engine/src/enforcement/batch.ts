/**
 * http.html#batch: every entry goes through the very flow that it would go through alone, and is answered by itself (hardening B5-72). Writes keep their
 * place; what only reads between two of them may go at the same time. INVARIANT: nothing of the Bundle is sent as a Bundle.
 */
import { Problem } from '../problem.ts';
import { type Answered, releaseResponses } from '../release/release-responses.ts';
import type { BundleRequest, FhirRequest } from '../request/request.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import type { Outcome } from './outcome.ts';
import { refuseStranger } from './refuse-stranger.ts';
import { refuseUnserved } from './refuse-unserved.ts';
import { together } from './together.ts';

const reads: ReadonlySet<string> = new Set([
  'read',
  'vread',
  'search',
  'history-instance',
  'history-type',
  'history-system',
  'capabilities',
]);

/** The flow of one request; handed in, since it is the flow that led here. */
export type Flow = (given: Given) => Generator<Need, Outcome, Found>;

export function* batch(given: Given, asked: BundleRequest, flow: Flow): Generator<Need, Outcome, Found> {
  const stranger = refuseStranger(given);
  if (stranger !== undefined) return stranger;
  refuseUnserved(asked);
  const answers: Answered[] = [];
  const { together: most = 1, ...alone } = given;
  let reading: Generator<Need, Answered, Found>[] = [];
  for (const { request } of asked.entries) {
    const entry = answerEntry(alone, request, flow);
    if (most > 1 && reads.has(request.interaction)) reading.push(entry);
    else {
      answers.push(...(yield* together(reading, most)), yield* entry);
      reading = [];
    }
  }
  answers.push(...(yield* together(reading, most)));
  return releaseResponses('batch-response', answers);
}

/** A failure of one entry is the answer to that entry; a bug is one of the whole. */
export function* answerEntry(given: Given, request: FhirRequest, flow: Flow): Generator<Need, Answered, Found> {
  const name = nameOf(request);
  try {
    return { name, outcome: yield* flow({ ...given, asked: asResource(request) }) };
  } catch (problem) {
    if (problem instanceof Problem) return { name, outcome: { kind: 'problem', problem } };
    throw problem;
  }
}

/** In a Bundle a Binary is a resource like any other, never its content. */
function asResource(request: FhirRequest): FhirRequest {
  if (request.interaction !== 'read') return request;
  const { raw: _content, ...resource } = request;
  return resource;
}

function nameOf(request: FhirRequest): string {
  const type = 'type' in request ? request.type : undefined;
  const id = 'id' in request ? request.id : undefined;
  return [request.interaction, type === undefined ? '' : id === undefined ? ` ${type}` : ` ${type}/${id}`].join('');
}
