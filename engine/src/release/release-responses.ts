/**
 * http.html#transaction-response: the answers to the entries of a batch or transaction, in their order, each what it would have been alone. Built
 * anew; what was released for an entry is copied, what was denied or failed is told in our own fixed words.
 */
import type { Decision } from '../decision/decision.ts';
import type { Denied, Disclosure } from '../enforcement/outcome.ts';
import { joined } from '../json/joined.ts';
import { text } from '../json/write.ts';
import type { Problem } from '../problem.ts';
import { outcomeBody } from './outcome-body.ts';
import { mintReleased, Released } from './released.ts';

/** How one entry ended. `name`: what it asked for, in words for the audit record. */
export interface Answered {
  readonly name: string;
  readonly outcome: Released | Denied | { readonly kind: 'problem'; readonly problem: Problem };
}

const headers: ReadonlyMap<string, string> = new Map([['content-type', 'application/fhir+json; charset=utf-8']]);
const encoder = new TextEncoder();
const OUTCOME = encoder.encode('{"resourceType":"OperationOutcome"');
const MOST_RECORDED = 1000;
const MOST_TOLD = 50;

export function releaseResponses(type: 'batch-response' | 'transaction-response', answers: readonly Answered[]): Released {
  const pieces: Uint8Array[] = [encoder.encode(`{"resourceType":"Bundle","type":"${type}"`)];
  for (const [index, { outcome }] of answers.entries()) {
    pieces.push(encoder.encode(index === 0 ? ',"entry":[{' : ',{'));
    pieces.push(...entry(outcome), encoder.encode('}'));
  }
  pieces.push(encoder.encode(answers.length === 0 ? '}' : ']}'));
  return mintReleased({
    status: 200,
    headers,
    body: joined(pieces),
    decision: decisionOf(answers),
    disclosure: disclosureOf(answers),
  });
}

function entry(outcome: Answered['outcome']): readonly Uint8Array[] {
  if (outcome.kind === 'problem') {
    const { status, issue } = outcome.problem.answer;
    return responded({ status: String(status) }, outcomeBody(issue, outcome.problem.publicText));
  }
  if (outcome.kind === 'released' && !Released.isReleased(outcome)) throw new Error('not released');
  const response: Record<string, string> = { status: String(outcome.status) };
  const { headers: told, body } = outcome;
  for (const [header, member] of [
    ['location', 'location'],
    ['etag', 'etag'],
  ] as const) {
    const value = told.get(header);
    if (value !== undefined) response[member] = value;
  }
  const modified = Date.parse(told.get('last-modified') ?? '');
  if (!Number.isNaN(modified)) response['lastModified'] = new Date(modified).toISOString();
  if (body.length === 0) return responded(response, undefined);
  if (outcome.kind === 'denied' || startsWith(body, OUTCOME)) return responded(response, body);
  return [encoder.encode('"resource":'), body, encoder.encode(','), ...responded(response, undefined)];
}

function responded(response: Readonly<Record<string, string>>, outcome: Uint8Array | undefined): readonly Uint8Array[] {
  const head = `"response":${text(response)}`;
  if (outcome === undefined) return [encoder.encode(head)];
  return [encoder.encode(`${head.slice(0, -1)},"outcome":`), outcome, encoder.encode('}')];
}

function startsWith(body: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, at) => body[at] === byte);
}

function decisionOf(answers: readonly Answered[]): Decision {
  const rules = new Set<string>();
  const refused: string[] = [];
  for (const { name, outcome } of answers) {
    if (outcome.kind !== 'problem') for (const rule of outcome.decision.rules) rules.add(rule);
    if (outcome.kind === 'released') continue;
    refused.push(`${name} (${outcome.kind === 'problem' ? outcome.problem.code : outcome.decision.reason})`);
  }
  const told = refused.slice(0, MOST_TOLD).join('; ');
  const more = refused.length > MOST_TOLD ? `; and ${refused.length - MOST_TOLD} more` : '';
  return {
    effect: answers.length > 0 && refused.length === answers.length ? 'deny' : 'permit',
    rules: [...rules],
    reason: `${answers.length - refused.length} of ${answers.length} entries were answered.${told === '' ? '' : ` Refused: ${told}${more}.`}`,
    cause: undefined,
  };
}

/** What was denied is counted and not listed: the record says of its resources that they were touched. */
function disclosureOf(answers: readonly Answered[]): Disclosure {
  const patients = new Set<string>();
  const resources = new Set<string>();
  const masked = new Set<string>();
  const labels: Record<string, readonly string[]> = {};
  let withheld = 0;
  for (const { outcome } of answers) {
    if (outcome.kind === 'problem') continue;
    withheld += outcome.disclosure.withheld;
    if (outcome.kind === 'denied') continue;
    for (const patient of outcome.disclosure.patients) patients.add(patient);
    for (const key of outcome.disclosure.resources) if (resources.size < MOST_RECORDED) resources.add(key);
    for (const path of outcome.disclosure.masked) masked.add(path);
    Object.assign(labels, outcome.disclosure.labels);
  }
  return {
    patients: [...patients],
    resources: [...resources],
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    masked: [...masked],
    withheld,
  };
}
