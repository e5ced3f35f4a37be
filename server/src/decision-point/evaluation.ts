/**
 * AuthZEN Authorization API 1.0 §6: may this subject do this to this resource? Decided as the gateway would decide the same request, on the resource as it is
 * stored, whatever the question says of it. An answer that would have to be masked is a no, unless the one who asks says that it can mask (Obligations
 * Profile, `custom`).
 */
import { type FhirRequest, Problem } from '@fireguard/engine';
import { z } from 'zod';
import type { Collaborators } from '../gateway/collaborators.ts';
import type { Incoming } from '../http/incoming.ts';
import { type Considered, consider, type Reached } from './consider.ts';
import type { Door } from './door.ts';
import { type Context, callerOfSubject, contextShape, type Directory, type Subject, subjectShape } from './subject.ts';
import { isOpenType, isReleased, isVerbatim, isWhole } from './whole.ts';

const word = z.string().min(1).max(200);

export const evaluationShape = z.object({
  subject: subjectShape,
  action: z.object({ name: word, properties: z.record(z.string(), z.unknown()).optional() }),
  resource: z.object({ type: word, id: word, properties: z.record(z.string(), z.unknown()).optional() }),
  context: contextShape.optional(),
});

export type Evaluation = z.infer<typeof evaluationShape>;

export interface AuthZenDecision {
  readonly decision: boolean;
  readonly context?: Readonly<Record<string, unknown>>;
}

export interface Asking {
  readonly door: Door;
  readonly use: Collaborators;
  readonly directory: Directory;
  readonly address: string;
}

const V3_ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';

/** Throws Problem where nothing can be said: the question is wrong, or what decides cannot be had. */
export async function evaluate(question: Evaluation, asking: Asking): Promise<AuthZenDecision> {
  const { context = {} } = question;
  const incoming = requestOf(question, asking.address);
  if (incoming === undefined) return { decision: false };
  const canMask = context.supported_obligations?.includes('custom') === true;
  const { considered, whole } = await considerFor(incoming, question.subject, context, asking, canMask);
  if (considered.problem !== undefined) return decisionOnProblem(considered);
  const audit = { audit: considered.requestId };
  if (!considered.allowed) return { decision: false, context: audit };
  return { decision: true, context: whole() ? audit : { ...audit, obligations: [obligation(considered)] } };
}

async function considerFor(incoming: Incoming, subject: Subject, context: Context, asking: Asking, canMask: boolean) {
  const { door, use, directory } = asking;
  const body = await incoming.body();
  let isOpen = false;
  const considered = await consider(
    incoming,
    { ...use, authenticate: () => callerOfSubject(subject, context, door, directory) },
    {
      early(caller, asked) {
        if (asked.interaction !== 'search') return undefined;
        isOpen = isOpenType(caller, asked.types[0]!, use);
        return isOpen ? true : canMask ? undefined : false;
      },
      late: (reached, asked) =>
        isVerbatim(reached, body) || isWhole(reached) || (canMask && isReleased(reached) && canBeObliged(reached, asked)),
    },
  );
  const whole = () => {
    const { reached, asked } = considered;
    return asked?.interaction === 'search' ? isOpen : reached === undefined || reached.kind === 'write' || isWhole(reached);
  };
  return { considered, whole };
}

/** Whether what differs from what is stored can be said as an obligation: masked elements, or the results of a search to be asked for one by one. */
function canBeObliged(reached: Reached, asked: FhirRequest): boolean {
  return asked.interaction === 'search' || (reached.kind === 'outcome' && reached.outcome.disclosure.masked.length > 0);
}

/** What must be done to the answer before anybody sees it. */
function obligation({ requestId, asked, reached }: Considered): object {
  const elements = reached?.kind === 'outcome' ? reached.outcome.disclosure.masked : [];
  const properties =
    asked?.interaction === 'search'
      ? { system: 'urn:fireguard:obligation', code: 'evaluate-each-result' }
      : { system: V3_ACT_CODE, code: 'REDACT', parameters: { elements } };
  return { id: requestId, type: 'custom', properties };
}

/** A request that is at fault is a no like any other: which of them a subject may not make depends on what is hidden. */
function decisionOnProblem({ problem, requestId }: Considered): AuthZenDecision {
  if (problem === 'bug') throw new Problem('storage-unavailable', 'No decision could be made.');
  if (problem !== undefined && problem.answer.status >= 500) throw problem;
  return { decision: false, context: { audit: requestId } };
}

const NOTHING = new Uint8Array(0);

/** The FHIR request that the question is about; undefined for an action that this door decides on nowhere. Throws Problem for one that lacks something. */
function requestOf({ action, resource }: Evaluation, address: string): Incoming | undefined {
  const { type, id, properties } = resource;
  const bare = id.startsWith(`${type}/`) ? id.slice(type.length + 1) : id;
  const place = `/${encodeURIComponent(type)}/${encodeURIComponent(bare)}`;
  const make = (method: string, target: string, body: Uint8Array = NOTHING): Incoming => ({
    method,
    target,
    headers: new Map(body.length > 0 ? [['content-type', ['application/fhir+json']]] : []),
    address,
    body: async () => body,
  });
  switch (action.name) {
    case 'read':
      return make('GET', place);
    case 'vread':
      return make('GET', `${place}/_history/${encodeURIComponent(text(properties, 'versionId'))}`);
    case 'search':
      return make('GET', `/${encodeURIComponent(type)}?_count=1`);
    case 'create':
      return make('POST', `/${encodeURIComponent(type)}`, content(properties));
    case 'update':
      return make('PUT', place, content(properties));
    case 'delete':
      return make('DELETE', place);
    default:
      return undefined;
  }
}

function text(properties: Evaluation['resource']['properties'], name: string): string {
  const value = properties?.[name];
  if (typeof value !== 'string' || value === '') throw missing(name);
  return value;
}

/** `resource.properties.resource`: the content that would be written, as text or as JSON. */
function content(properties: Evaluation['resource']['properties']): Uint8Array {
  const value = properties?.['resource'];
  if (typeof value === 'string' && value !== '') return Buffer.from(value);
  if (typeof value !== 'object' || value === null) throw missing('resource');
  return Buffer.from(JSON.stringify(value));
}

function missing(name: string): Problem {
  return new Problem('parameter-invalid', `resource.properties.${name} is needed for this action.`);
}
