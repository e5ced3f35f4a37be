/** docs/reference/problems.md: the engine's one table of problems, each with what it means for the person who meets it. */
import { answers, type ProblemCode } from '@fireguard/engine';
import { page, table } from './markdown.ts';

/** A code without a meaning does not compile. */
const meanings: Readonly<Record<ProblemCode, string>> = {
  'json-invalid':
    'The body is not JSON as FHIR has it: a duplicate or escaped property name, too deep, not UTF-8, or bytes after the end.',
  'xml-invalid':
    'The body is not XML as FHIR has it: another namespace, an unknown element, an empty one, a document type, an entity, a processing instruction. The text says which.',
  'body-too-large': 'The body is longer than `http.maxBodyBytes`.',
  'body-missing': 'The interaction needs a body and none came.',
  'media-type-not-supported':
    'The Content-Type is not one that is read here (resources in JSON or XML, patches), or names another FHIR version.',
  'not-acceptable':
    'Neither JSON nor XML will do, or another FHIR version was asked for, or XML cannot say the answer to the letter.',
  'request-not-understood': 'URL, method or headers are not one of the forms that FHIR knows. Nothing is guessed.',
  'parameter-unknown': 'A parameter, modifier or prefix is not known for this type, or known and not served.',
  'parameter-invalid':
    'A parameter is there without a name or value, twice where once is allowed, or with a value that its type does not have.',
  'resource-invalid': 'The resource in the body does not fit the request: another type or id, or tagged SUBSETTED.',
  'type-unknown': 'There is no resource type of this name in the FHIR version that is served.',
  'method-not-allowed': 'The URL is known, the method is not one of it.',
  'interaction-not-supported': 'The interaction is known to FHIR and not served here.',
  'operation-not-supported': 'Operations (`$…`) are not served.',
  'patch-failed': 'The patch is not one that is served, or does not apply to the resource as it is.',
  'version-conflict': 'If-Match names another version than the current one, or somebody was faster.',
  'several-matches': 'More than one visible resource meets the condition of a conditional write or reference.',
  'no-match': 'No visible resource meets the condition of a reference in a transaction.',
  'reference-unseen': 'The resource newly points to one that does not exist, or that this caller does not see.',
  'write-conflict': 'The FHIR server refused the write for a reason that nobody could see beforehand. Which one is not told.',
  'put-create': 'A resource cannot be created under an id of the client’s choice. The same for free and for hidden ids.',
  'element-closed': 'The search or sort reads an element that a rule may withhold from this caller.',
  'write-closed': 'The write touches what may be withheld from this caller, labels, or whom the resource is about.',
  'too-costly': 'Answering would mean to read more than is allowed, such as counting what must be decided one by one.',
  'not-found': 'It does not exist, or the caller may not know that it exists. The answer is the same to the byte.',
  gone: 'It was deleted, and the caller could have seen it.',
  'cursor-invalid': 'The page link is expired, of another caller, or its place is gone. Search again.',
  'token-missing': 'Nobody is signed in.',
  'token-invalid': 'The access token is unknown, expired, revoked, or meant for another service. Which one is not told.',
  'dpop-nonce-needed': 'The DPoP proof must be made again, with the nonce of this answer (`DPoP-Nonce`, RFC 9449 §9).',
  'sign-in-insufficient':
    'The person must sign in again, more surely or more lately: `acr_values` and `max_age` of the challenge say how (RFC 9470).',
  'scope-insufficient': 'The scopes of the token do not cover what is asked.',
  'scope-invalid': 'The scope is not one that SMART knows.',
  forbidden: 'The caller may not do this here. The reason is in the audit trail.',
  'policy-invalid': 'The policies cannot be used. The server does not start with them.',
  'rate-limited': 'Too many requests in work, or too many attempts to sign in.',
  'terminology-unknown':
    'A terminology operation needs a code system, value set or concept map that is not stored whole here, as far as the caller sees; or a filter that is not understood.',
  'export-stopped': 'The export was ended, because its client, its person or the policies have changed. Begin anew.',
  'export-failed': 'The export could not be done; the log has the reason.',
  'facts-unavailable': 'Something that must be known to decide could not be had, so the request is denied for now.',
  'audit-unavailable': 'The audit record could not be written, so nothing may leave.',
  'storage-unavailable': 'The database does not answer.',
  'upstream-unavailable': 'The FHIR server behind does not answer, or refused our credential.',
  'upstream-odd':
    'The FHIR server behind gave an answer that cannot be trusted: a redirect, not JSON, too long, or not what was asked for.',
  'upstream-timeout': 'The FHIR server behind did not answer in time.',
};

export function problemsPage(): string {
  const codes = Object.keys(answers) as ProblemCode[];
  const rows = codes.map((code) => {
    const { status, issue, oauth } = answers[code];
    return [`\`${code}\``, String(status), `\`${issue}\``, `\`${oauth}\``, meanings[code]];
  });
  return page(
    'Problems',
    '`engine/src/problem.ts`',
    `What can go wrong, as a closed list. Codes are permanent: never renamed, never used again for something else. On the FHIR API a problem is an
OperationOutcome with one issue of the type below and a short public text; on the OAuth endpoints it is the OAuth error; on the admin API it is \`{ error,
error_description, requestId }\` with the code as \`error\`. The detail behind it is in the audit trail or the log, found by \`X-Request-Id\`, and is never sent.`,
    table(['code', 'HTTP', 'issue', 'OAuth error', 'what it means'], rows),
    '## 403 or 404?',
    `A deny by policy is not a problem but a decision, and answers by one rule:

- **404** when the caller may not know that the thing exists: one instance that policy, label, consent or relation hides. It is the same answer, to the byte, as
  for an id that never was. In a search the hidden instance is simply not there.
- **403** when the refusal follows from caller, request and policy alone, before anything is looked up: the scopes do not cover it, or no rule permits this
  interaction on this type. It tells nothing about data.
- **401** when nobody is known: no token, or one that is not valid. The same for every path and id.
- A rule may choose otherwise with \`denyAs\`. One that reads labels or relations and answers \`forbidden\` would tell the caller that something is hidden; it
  is refused by \`fireguard policy check\` unless it says \`announces: true\`.

Anything else that fails is a bug: 500 with a reference (\`X-Request-Id\`) and nothing more.`,
  );
}
