/**
 * capabilitystatement.html, built anew: the interactions and search parameters that both the upstream and this engine know. It is public and
 * the same for everybody, so it must tell nothing of what runs behind: no product, version, name, address, profile or extension of the
 * upstream's (R-036, hardening B11-136).
 */
import type { FhirTables } from '../fhir/tables.ts';
import { type JsonDocument, type JsonNode, NONE, name } from '../json/scan.ts';
import type { JsonValue } from '../json/value.ts';
import { operations } from '../operation/operations.ts';
import type { Dialect } from '../planning/dialect.ts';
import { definitions } from '../request/definitions.ts';
import { readsXml } from '../xml/json-of.ts';

/** Absolute URLs of the authorization server (smart-app-launch conformance: oauth-uris). */
export interface AuthorizationEndpoints {
  readonly authorize: string;
  readonly token: string;
  readonly introspect?: string;
  readonly revoke?: string;
  readonly manage?: string;
  readonly register?: string;
  /** IHE IUA: tokens carry its claims, and the statement says so. */
  readonly iua?: boolean;
}

export interface CapabilitiesGiven {
  readonly tables: FhirTables;
  /** Our base URL. */
  readonly base: string;
  /** Milliseconds since the epoch; told to the day. */
  readonly now: number;
  /** Without If-Match upstream no updates, patches and deletes are served. */
  readonly dialect: Pick<Dialect, 'ifMatch' | 'history' | 'transactions'>;
  readonly authorization: AuthorizationEndpoints | undefined;
  /** Bulk exports are served. */
  readonly exports?: boolean | undefined;
}

const REST = name('rest');
const MODE = name('mode');
const RESOURCE = name('resource');
const TYPE = name('type');
const INTERACTION = name('interaction');
const CODE = name('code');
const VERSIONING = name('versioning');
const SEARCH_PARAM = name('searchParam');
const NAME = name('name');

const EXPORT = 'http://hl7.org/fhir/uv/bulkdata/OperationDefinition/export';
const published = { R4: '4.0.1', R4B: '4.3.0', R5: '5.0.0', R6: '6.0.0' } as const;
const changing: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete']);
const versionings: ReadonlySet<string> = new Set(['no-version', 'versioned', 'versioned-update']);
const notSearchable: ReadonlySet<string> = new Set(['_filter', '_query', '_list', '_text', '_content']);

export function capabilityStatement(upstream: JsonDocument, given: CapabilitiesGiven): JsonValue {
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: new Date(given.now).toISOString().slice(0, 10),
    kind: 'instance',
    ...(given.exports === true ? { instantiates: ['http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data'] } : {}),
    software: { name: 'Fireguard' },
    implementation: { description: 'FHIR, guarded', url: given.base },
    fhirVersion: published[given.tables.version],
    format: ['application/fhir+json', 'json', ...(readsXml(given.tables.version) ? ['application/fhir+xml', 'xml'] : [])],
    ...(given.dialect.ifMatch
      ? { patchFormat: ['application/json-patch+json', 'application/merge-patch+json', 'application/fhir+json'] }
      : {}),
    rest: [
      {
        mode: 'server',
        security: security(given.authorization),
        resource: resources(upstream, given),
        interaction: systemInteractions(upstream, given.dialect).map((code) => ({ code })),
        ...(given.exports === true ? { operation: [{ name: 'export', definition: EXPORT }] } : {}),
      },
    ],
  };
}

function security(endpoints: AuthorizationEndpoints | undefined): JsonValue {
  const system = 'http://terminology.hl7.org/CodeSystem/restful-security-service';
  const iua = { system: 'http://profiles.ihe.net/fhir/ihe.securityTypes/CodeSystem/securityTypes', code: 'IUA' };
  const service = [
    ...['SMART-on-FHIR', 'OAuth'].map((code) => ({ coding: [{ system, code }] })),
    ...(endpoints?.iua === true ? [{ coding: [iua] }] : []),
  ];
  // pages of registered apps may call.
  if (endpoints === undefined) return { cors: true, service };
  const uris = ['authorize', 'token', 'introspect', 'revoke', 'manage', 'register'] as const;
  const extension = uris.flatMap((url) => (endpoints[url] === undefined ? [] : [{ url, valueUri: endpoints[url] }]));
  return {
    extension: [{ url: 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris', extension }],
    cors: true,
    service,
  };
}

function resources(upstream: JsonDocument, given: CapabilitiesGiven): readonly JsonValue[] {
  const served: { readonly type: string; readonly [member: string]: JsonValue }[] = [];
  /** By type, the includes that lead there: they are searches of ours, served wherever the reference can be searched. */
  const leading = new Map<string, string[]>();
  const seen = new Set<string>();
  for (const rest of items(upstream, upstream.member(upstream.root, REST))) {
    if (upstream.string(upstream.member(rest, MODE)) !== 'server') continue;
    for (const resource of items(upstream, upstream.member(rest, RESOURCE))) {
      const type = given.tables.types.get(upstream.string(upstream.member(resource, TYPE)) ?? '');
      if (type === undefined || type.category === 'none' || seen.has(type.name)) continue;
      seen.add(type.name);
      const interaction = interactions(upstream, resource, given.dialect)
        // Bodies are checked against the elements of their type: where these are not known (R6), nothing is written.
        .filter((code) => !changing.has(code) || (!definitions.has(type.name) && type.elements.size > 0))
        .map((code) => ({ code }));
      const searchParam = texts(upstream, upstream.member(resource, SEARCH_PARAM), NAME).flatMap((parameter) => {
        const definition = notSearchable.has(parameter) ? undefined : type.searchParameters.get(parameter);
        return definition === undefined ? [] : [{ name: definition.name, type: definition.type }];
      });
      const searchInclude = searchParam.filter((one) => one.type === 'reference').map((one) => `${type.name}:${one.name}`);
      for (const include of searchInclude) {
        const { targets } = type.searchParameters.get(include.slice(type.name.length + 1))!;
        for (const target of targets) leading.set(target, [...(leading.get(target) ?? []), include]);
      }
      const versioning = upstream.string(upstream.member(resource, VERSIONING));
      served.push({
        type: type.name,
        ...(interaction.length === 0 ? {} : { interaction }),
        ...(versioning !== undefined && versionings.has(versioning) ? { versioning } : {}),
        // Only callers in full sight of a type could be offered it, and this statement is the same for all.
        updateCreate: false,
        ...conditions(interaction.map(({ code }) => code)),
        ...(searchInclude.length === 0 ? {} : { searchInclude }),
        ...(searchParam.length === 0 ? {} : { searchParam }),
        ...operationsOn(type.name, upstream, resource, given),
      });
    }
  }
  return served.map((one) => {
    const searchRevInclude = leading.get(one.type) ?? [];
    return searchRevInclude.length === 0 ? one : { ...one, searchRevInclude };
  });
}

/** A search of the system is one a type, and a batch one request an entry, so they take nothing that the types do not have. */
function systemInteractions(
  upstream: JsonDocument,
  { history, transactions, ifMatch }: CapabilitiesGiven['dialect'],
): readonly string[] {
  const servers = items(upstream, upstream.member(upstream.root, REST));
  const known = new Set(servers.flatMap((rest) => texts(upstream, upstream.member(rest, INTERACTION), CODE)));
  const table: readonly (readonly [code: string, served: boolean])[] = [
    ['search-system', true],
    ['batch', true],
    ['transaction', transactions && ifMatch && known.has('transaction')],
    ['history-system', history && known.has('history-system')],
  ];
  return table.filter(([, served]) => served).map(([code]) => code);
}

/** Conditions are resolved by us, with a search: none of them needs the upstream's. */
function conditions(served: readonly string[]): Readonly<Record<string, JsonValue>> {
  const has = (...codes: readonly string[]) => codes.every((code) => served.includes(code));
  return {
    ...(has('create', 'search-type') ? { conditionalCreate: true } : {}),
    ...(has('read') ? { conditionalRead: 'full-support' } : {}),
    ...(has('update', 'create', 'search-type') ? { conditionalUpdate: true } : {}),
    ...(has('delete', 'search-type') ? { conditionalDelete: 'single' } : {}),
  };
}

/** Patches are applied by us: read and update are all that the upstream needs for them. */
function interactions(upstream: JsonDocument, resource: JsonNode, dialect: CapabilitiesGiven['dialect']): readonly string[] {
  const known = new Set(texts(upstream, upstream.member(resource, INTERACTION), CODE));
  const readable = known.has('read');
  const changeable = dialect.ifMatch && readable;
  const history = dialect.history && readable;
  const table: readonly (readonly [code: string, served: boolean])[] = [
    ['read', readable],
    ['vread', readable && known.has('vread')],
    ['update', changeable && known.has('update')],
    ['patch', changeable && known.has('update')],
    ['delete', changeable && known.has('delete')],
    ['history-instance', history && known.has('history-instance')],
    ['history-type', history && known.has('history-type')],
    ['create', known.has('create')],
    ['search-type', known.has('search-type')],
  ];
  return table.filter(([, served]) => served).map(([code]) => code);
}

/** Run by us as reads and searches: what the upstream says of its own operations is of no interest. */
function operationsOn(
  type: string,
  upstream: JsonDocument,
  resource: JsonNode,
  { exports }: CapabilitiesGiven,
): { readonly operation?: readonly JsonValue[] } {
  const known = texts(upstream, upstream.member(resource, INTERACTION), CODE);
  if (!known.includes('read') || !known.includes('search-type')) return {};
  const served = operations.filter(
    ({ name, types }) => (types === undefined || types.includes(type)) && (name !== 'export' || exports === true),
  );
  return { operation: served.map(({ name, definition }) => ({ name, definition: definition(type) })) };
}

function texts(document: JsonDocument, list: JsonNode, member: typeof CODE): readonly string[] {
  const found = items(document, list).map((item) => document.string(document.member(item, member)));
  return [...new Set(found.filter((text) => text !== undefined))];
}

function items(document: JsonDocument, list: JsonNode): readonly JsonNode[] {
  const found: JsonNode[] = [];
  if (!document.isArray(list)) return found;
  for (let item = document.first(list); item !== NONE; item = document.next(item)) found.push(item);
  return found;
}
