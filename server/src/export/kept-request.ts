/** The kick-off as it is kept, and understood again for every step: what was asked is never remembered in any other form. */
import { type FhirTables, type OperationRequest, understand } from '@fireguard/engine';
import type { ExportJob } from '../storage/export-jobs.ts';

type KeptRequest = ExportJob['request'];

export function keptRequest(asked: OperationRequest): KeptRequest {
  const { method, target } = asked.original;
  const { body } = asked;
  return { method, target, ...(body === undefined ? {} : { body: new TextDecoder().decode(body.bytes) }) };
}

export function askedAgain({ method, target, body }: KeptRequest, tables: FhirTables): OperationRequest {
  const headers = new Map([
    ['prefer', ['respond-async']],
    ['content-type', ['application/fhir+json']],
  ]);
  const bytes = new TextEncoder().encode(body ?? '');
  const asked = understand({ method: method === 'HEAD' ? 'GET' : method, target, headers, body: bytes }, tables);
  if (asked.interaction !== 'operation' || asked.name !== 'export') throw new Error('not an export');
  return asked;
}
