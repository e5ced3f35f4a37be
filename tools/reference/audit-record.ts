/** docs/reference/audit-record.md: what stands in a record. A field, kind or outcome without its words does not compile. */
import type { AuditKind, AuditOutcome, AuditRecord } from '@fireguard/engine';
import { page, table } from './markdown.ts';

const fields: Readonly<Record<keyof AuditRecord, string>> = {
  id: 'UUID of the record',
  kind: 'what sort of act; see below',
  recorded: 'when, in milliseconds since 1970-01-01 UTC',
  outcome: 'how it ended; see below',
  status: 'HTTP status that was answered, where there was one',
  action: 'FHIR interaction (`read`, `search`, …), `not-understood`, or the act (`token-issued`, `user-disabled`, …)',
  type: 'resource type that was asked for',
  caller:
    'who: kind, client, user with the FHIR resource that is them, roles, how surely they signed in (`acr`), purposes, and the public id of the token (never the token)',
  address: 'network address',
  base: 'the FHIR base at which it happened, where that is not the first; `patients` and `resources` are then absolute',
  patients: 'ids of the patients whose data were touched',
  resources: '`Type/id` of what was released or written; the first 1,000. Of a refused request, what it named',
  labels: 'security labels of those resources that carry some, as `system|code`',
  masked: 'elements that were withheld in at least one resource',
  withheld: 'number of resources that the FHIR server returned and policy held back',
  rules: 'ids of the rules, consents or built-in checks (`builtin:…`) that decided',
  reason: 'the decision in one sentence, for an officer',
  query: 'the request exactly as it came (method, target, form), base64; never the Authorization header',
  intends: 'of the intent of an act that is no write: the kind of its end',
  intent: 'of what was about to be done: `id` of its `intent` record, of which this is the end',
  consents: '`Consent/id` of the consents that decided',
  received: 'of an event that another system sent: the FHIR version and the resource, as it came',
  requestId: '`X-Request-Id`, given by the client or made',
};

const kinds: Readonly<Record<AuditKind, string>> = {
  request: 'a FHIR request and how it ended',
  intent:
    'a write about to be sent to the FHIR server, or an act about to be done (of administration, a sign-out, the end of tokens); the record whose `intent` names it is its end',
  'sign-in': 'a sign-in, good or bad',
  'sign-out': 'a sign-out',
  token: 'a token issued, refreshed, revoked or refused',
  'consent-page': 'what a person let an app use, or refused',
  administration: 'an act of administration',
  'audit-read': 'somebody looked at the audit',
  received: 'an audit event of another system, kept as it came',
  'break-glass': 'the glass was broken, refused or closed, or a note was added to it; its review is an act of administration',
  start: 'the server started; the reason names what its configuration weakens',
  stop: 'the server stopped in order',
};

const outcomes: Readonly<Record<AuditOutcome, string>> = {
  permit: 'it was permitted and done (lists show `masked` where elements were withheld)',
  deny: 'it was refused to this caller',
  failure: 'it could not be done: a bad request, or something that did not answer',
  unknown: 'a write was sent, and whether it happened is not known',
};

export function auditRecordPage(): string {
  const rows = (words: Readonly<Record<string, string>>) => Object.entries(words).map(([name, what]) => [`\`${name}\``, what]);
  return page(
    'Audit record',
    '`engine/src/audit-event/record.ts`',
    `One record per act: references only, never what a resource contains, never a token or a secret. It is on disk before the answer leaves, and copied into PostgreSQL
afterwards, where it is expanded into FHIR AuditEvents (R4, IHE BALP patterns; one per patient where BALP asks for that). \`fireguard audit list --json\` and
the admin API show it; \`GET /admin/audit/{event}\` gives the AuditEvent.`,
    table(['field', 'meaning'], rows(fields)),
    '## Kinds',
    table(['kind', 'meaning'], rows(kinds)),
    '## Outcomes',
    table(['outcome', 'meaning'], rows(outcomes)),
    '## On disk',
    'How records lie in the journal, and what its hash chain proves: [The audit journal](audit-journal.md).',
  );
}
