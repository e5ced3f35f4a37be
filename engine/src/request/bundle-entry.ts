/** One entry of a batch or transaction as the HTTP request that it stands for (FHIR R4 bundle.html#request). */
import { type JsonDocument, type JsonNode, type Name, NONE, name } from '../json/scan.ts';
import { Problem } from '../problem.ts';
import { decodeBase64 } from './base64.ts';
import type { HttpRequest } from './request.ts';
import { typeOfResource } from './resource-body.ts';

const fullUrlName = name('fullUrl');
const requestName = name('request');
const resourceName = name('resource');
const methodName = name('method');
const urlName = name('url');
const contentTypeName = name('contentType');
const dataName = name('data');

/** Members of `request` that are headers when a request travels alone. */
const headers: ReadonlyMap<string, Name> = new Map([
  ['if-none-match', name('ifNoneMatch')],
  ['if-modified-since', name('ifModifiedSince')],
  ['if-match', name('ifMatch')],
  ['if-none-exist', name('ifNoneExist')],
]);
const entryMembers: ReadonlySet<string> = new Set([
  'fullUrl',
  'request',
  'resource',
  'link',
  'id',
  'extension',
  'modifierExtension',
]);
const requestMembers: ReadonlySet<string> = new Set([
  'method',
  'url',
  'id',
  'extension',
  'modifierExtension',
  ...[...headers.values()].map((one) => one.text),
]);

export interface Entry {
  readonly fullUrl: string | undefined;
  readonly request: HttpRequest;
}

/** `outer`: the request that carries the Bundle; its Accept and Prefer hold for every entry. */
export function readEntry(document: JsonDocument, entry: JsonNode, outer: HttpRequest): Entry {
  const request = document.member(entry, requestName);
  if (!document.isObject(request)) throw invalid('Every entry needs a request.');
  checkMembers(document, entry, entryMembers);
  checkMembers(document, request, requestMembers);
  const method = required(document, request, methodName);
  const fields = new Map<string, readonly string[]>();
  for (const kept of ['accept', 'prefer']) {
    const lines = outer.headers.get(kept);
    if (lines) fields.set(kept, lines);
  }
  for (const [header, member] of headers) {
    const value = optional(document, request, member);
    if (value !== undefined) fields.set(header, [value]);
  }
  const { body, contentType } = readBody(document, document.member(entry, resourceName), method);
  if (contentType !== undefined) fields.set('content-type', [contentType]);
  const target = targetOf(required(document, request, urlName));
  return { fullUrl: optional(document, entry, fullUrlName), request: { method, target, headers: fields, body } };
}

/** Relative to the base, as Bundles write it. Absolute ones, ours too, would need a second opinion on what they mean. */
function targetOf(url: string): string {
  if (url === '' || url.startsWith('/') || url.startsWith('?'))
    throw invalid('The url of an entry must be relative, and name a type.');
  return `/${url}`;
}

/** A JSON Patch travels as a Binary (http.html#patch); every other body is the resource itself. */
function readBody(
  document: JsonDocument,
  resource: JsonNode,
  method: string,
): { readonly body: Uint8Array; readonly contentType: string | undefined } {
  if (resource === NONE) return { body: new Uint8Array(0), contentType: undefined };
  if (!document.isObject(resource)) throw invalid('The resource of an entry is not one.');
  if (method !== 'PATCH' || typeOfResource(document, resource) !== 'Binary') {
    return { body: document.slice(resource), contentType: 'application/fhir+json' };
  }
  const body = decodeBase64(required(document, resource, dataName));
  if (body === undefined) throw invalid('The data of a Binary is not base64.');
  return { body, contentType: required(document, resource, contentTypeName) };
}

function checkMembers(document: JsonDocument, node: JsonNode, known: ReadonlySet<string>): void {
  for (let member = document.first(node); member !== NONE; member = document.next(member)) {
    const key = document.key(member);
    if (!known.has(key.startsWith('_') ? key.slice(1) : key))
      throw invalid('An entry has a member that a request does not have.');
  }
}

function required(document: JsonDocument, node: JsonNode, member: Name): string {
  const value = optional(document, node, member);
  if (value === undefined) throw invalid(`An entry has no ${member.text}.`);
  return value;
}

function optional(document: JsonDocument, node: JsonNode, member: Name): string | undefined {
  const found = document.member(node, member);
  if (found === NONE) return undefined;
  const value = document.string(found);
  if (value === undefined) throw invalid(`The ${member.text} of an entry is not text.`);
  return value;
}

function invalid(publicText: string): Problem {
  return new Problem('resource-invalid', publicText);
}
