/** The answer in the format that was asked for, and laid out for people where they asked for that. Everything was released as JSON before: another form of it can show no more, and no less. */
import type { Denied } from '../enforcement/outcome.ts';
import type { FhirVersion } from '../fhir/version.ts';
import { pretty } from '../json/pretty.ts';
import { Problem } from '../problem.ts';
import type { FhirRequest } from '../request/request.ts';
import { xmlOf } from '../xml/xml-of.ts';
import { mintReleased, Released } from './released.ts';

/** Throws Problem `not-acceptable` when it cannot be said so; but what was done is told in any case, if need be as JSON (RFC 9110 §12.4.1). */
export function inFormat(
  outcome: Released | Denied,
  { interaction, representation }: FhirRequest,
  version: FhirVersion,
): Released | Denied {
  const isJson = representation.format === 'json';
  // What is not FHIR is content, and stays as it is.
  if ((isJson && !representation.pretty) || outcome.body.length === 0 || !isFhir(outcome)) return outcome;
  const headers = new Map(outcome.headers);
  if (!isJson) headers.set('content-type', 'application/fhir+xml; charset=utf-8');
  let body: Uint8Array;
  try {
    body = isJson ? pretty(outcome.body) : xmlOf(outcome.body, version, representation.pretty);
  } catch (error) {
    if (error instanceof Problem && changing.has(interaction)) return outcome;
    throw error;
  }
  if (outcome.kind === 'denied') return { ...outcome, headers, body };
  if (!Released.isReleased(outcome)) throw new Error('not released');
  const { status, decision, disclosure } = outcome;
  return mintReleased({ status, headers, body, decision, disclosure });
}

/** A deny has no type of its own: the host adds it. */
function isFhir({ headers }: Released | Denied): boolean {
  return headers.get('content-type')?.startsWith('application/fhir+json') ?? true;
}

const changing: ReadonlySet<FhirRequest['interaction']> = new Set([
  'create',
  'update',
  'patch',
  'delete',
  'conditional-update',
  'conditional-patch',
  'conditional-delete',
  'batch',
  'transaction',
] as const);
