import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { r4 } from '../fhir/r4.ts';
import { Problem } from '../problem.ts';
import { canonicalTarget } from './canonical.ts';
import type { FhirRequest, HttpRequest } from './request.ts';
import { understand } from './understand.ts';

const tables = r4();
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

interface Parts {
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array;
}

function http(line: string, { headers = {}, body = '' }: Parts = {}): HttpRequest {
  const space = line.indexOf(' ');
  return {
    method: line.slice(0, space),
    target: line.slice(space + 1),
    headers: new Map(Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? [value] : value])),
    body: typeof body === 'string' ? bytes(body) : body,
  };
}

const ask = (line: string, parts?: Parts): FhirRequest => understand(http(line, parts), tables);

function problem(line: string, parts?: Parts): string {
  try {
    return `understood as ${canonicalTarget(ask(line, parts))}`;
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
}

const json = { 'content-type': 'application/fhir+json' };
const send = (line: string, resource: unknown, headers: Parts['headers'] = {}): FhirRequest =>
  ask(line, { headers: { ...json, ...headers }, body: typeof resource === 'string' ? resource : JSON.stringify(resource) });
const sendProblem = (line: string, resource: unknown, headers: Parts['headers'] = {}): string =>
  problem(line, { headers: { ...json, ...headers }, body: typeof resource === 'string' ? resource : JSON.stringify(resource) });

describe('criteria', () => {
  const criterion = (line: string) => {
    const request = ask(line);
    if (request.interaction !== 'search') throw new Error('no search');
    return request.criteria[0];
  };

  test('values are cut at commas and unescaped', () => {
    expect(criterion('GET /Patient?name=a\\,b,c\\\\,d\\$e')?.values).toEqual(['a,b', 'c\\', 'd$e']);
    expect(criterion('GET /Patient?identifier=s|1\\|2,|3')?.values).toEqual(['s|1|2', '|3']);
  });

  test('a chain is on the searched type, its values on the last', () => {
    expect(criterion('GET /Observation?subject:Patient.name:exact=x')).toMatchObject({
      name: 'subject',
      definition: { name: 'subject', type: 'reference' },
      modifier: 'exact',
      chain: [
        { name: 'subject', type: 'Patient' },
        { name: 'name', type: undefined },
      ],
      has: undefined,
    });
  });

  test('a reverse chain is on its innermost type', () => {
    expect(criterion('GET /Patient?_has:Observation:patient:_has:Provenance:target:agent=Practitioner/1')).toMatchObject({
      name: 'agent',
      definition: { name: 'agent', paths: ['agent.who'] },
      has: [
        { type: 'Observation', reference: 'patient' },
        { type: 'Provenance', reference: 'target' },
      ],
      chain: undefined,
    });
  });

  test('lenient handling drops unknown names only, and says which', () => {
    const lenient = { headers: { prefer: 'handling=lenient' } };
    const request = ask('GET /Patient?foo=1&name=a&bar:exact=2&baz.x=3', lenient);
    expect(request.conditions.dropped).toEqual(['foo', 'bar:exact', 'baz.x']);
    expect(canonicalTarget(request)).toBe('/Patient?name=a');
    for (const line of [
      'GET /Patient?name:foo=1',
      'GET /Patient?birthdate=x',
      'GET /Observation?subject.nonsense=x',
      'GET /Patient?_has:Nonsense:a:b=1',
    ]) {
      expect(problem(line, lenient), line).toBe('parameter-invalid');
    }
    for (const name of ['_query', '_method', '_has', '_include:recurse']) {
      expect(problem(`GET /Patient?${name}=x`, lenient), name).toBe('parameter-unknown');
    }
    expect(problem('GET /Patient/1?foo=1', lenient)).toBe('parameter-unknown');
    expect(problem('DELETE /Patient?foo=1', lenient)).toBe('parameter-unknown');
    expect(problem('DELETE /Patient?foo=1&name=a', lenient)).toBe('parameter-unknown');
  });
});

describe('POST _search', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };

  test('R-245 URL and form are one list of parameters', () => {
    const request = ask('POST /Patient/_search?name=a', { headers: form, body: 'birthdate=2000&_count=5' });
    expect(canonicalTarget(request)).toBe('/Patient?name=a&birthdate=2000&_count=5');
    expect(request.original.form).toBe('birthdate=2000&_count=5');
    expect(problem('POST /Patient/_search?_count=1', { headers: form, body: '_count=2' })).toBe('parameter-invalid');
  });

  test('R-245 a form has the rules of a query', () => {
    expect(problem('POST /Patient/_search', { headers: form, body: 'name=ä' })).toBe('request-not-understood');
    expect(problem('POST /Patient/_search', { headers: form, body: 'foo=1' })).toBe('parameter-unknown');
    expect(problem('POST /Patient/_search', { headers: form, body: '_method=DELETE' })).toBe('parameter-unknown');
    expect(problem('POST /Patient/_search', { headers: form, body: 'name=a&'.repeat(101) })).toBe('request-not-understood');
    expect(problem('POST /Patient/_search', { headers: form, body: `${'&'.repeat(200)}foo=1` })).toBe('parameter-unknown');
  });

  test('only a form is a search body', () => {
    for (const type of [
      'application/json',
      'text/plain',
      'multipart/form-data; boundary=x',
      'application/x-www-form-urlencoded; charset=utf-16',
    ]) {
      expect(problem('POST /Patient/_search', { headers: { 'content-type': type }, body: 'name=a' }), type).toBe(
        'media-type-not-supported',
      );
    }
    expect(problem('POST /Patient/_search', { body: 'name=a' })).toBe('media-type-not-supported');
    expect(problem('GET /Patient', { headers: form, body: 'name=a' })).toBe('request-not-understood');
  });
});

describe('headers', () => {
  const accept = (value: string | readonly string[]) => {
    try {
      return ask('GET /Patient/1', { headers: { accept: value } }).representation.format;
    } catch (error) {
      return (error as Problem).code;
    }
  };

  test.each([
    ['*/*', 'json'],
    ['application/*', 'json'],
    ['application/fhir+json', 'json'],
    ['APPLICATION/FHIR+JSON', 'json'],
    ['application/fhir+json; fhirVersion=4.0', 'json'],
    ['application/fhir+json;fhirVersion=4.0.1;charset=utf-8', 'json'],
    ['application/json+fhir', 'json'],
    ['text/json', 'json'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'json'],
    ['application/fhir+xml;q=1.0, application/fhir+json;q=0.1', 'json'],
    ['application/fhir+xml', 'xml'],
    ['application/fhir+xml, application/fhir+json;q=0', 'xml'],
    ['text/xml', 'xml'],
    ['application/fhir+json;q=0, */*', 'json'],
    ['text/html', 'not-acceptable'],
    ['text/html, image/*', 'not-acceptable'],
    ['application/fhir+json;q=0', 'not-acceptable'],
    ['application/fhir+json; fhirVersion=5.0', 'not-acceptable'],
    ['*/*;q=0', 'not-acceptable'],
    ['nonsense', 'not-acceptable'],
    ['application/fhir+json;q=2', 'not-acceptable'],
    ['application/pdf', 'not-acceptable'],
  ])('Accept %s → %s', (value, expected) => {
    expect(accept(value)).toBe(expected);
  });

  test('no Accept is JSON; several lines are one list; _format wins', () => {
    expect(ask('GET /Patient/1').representation.format).toBe('json');
    expect(accept(['text/html', 'application/json'])).toBe('json');
    expect(ask('GET /Patient/1?_format=xml', { headers: { accept: 'application/json' } }).representation.format).toBe('xml');
    expect(ask('GET /Patient/1?_format=json', { headers: { accept: 'text/html' } }).representation.format).toBe('json');
  });

  test('entity tags hold a version id', () => {
    const conditions = (headers: Parts['headers']) => ask('GET /Patient/1', { headers: headers ?? {} }).conditions;
    expect(conditions({ 'if-none-match': 'W/"3"' }).ifNoneMatch).toBe('3');
    expect(conditions({ 'if-none-match': '*' }).ifNoneMatch).toBe('*');
    expect(conditions({ 'if-match': '"a-1"' }).ifMatch).toBe('a-1');
    for (const value of ['3', 'W/3', 'W/"1", W/"2"', '"a b"', '"', 'W/""', `"${'1'.repeat(65)}"`, '".."']) {
      expect(problem('GET /Patient/1', { headers: { 'if-match': value } }), value).toBe('parameter-invalid');
    }
    expect(problem('GET /Patient/1', { headers: { 'if-match': '*' } })).toBe('parameter-invalid');
    expect(problem('GET /Patient/1', { headers: { 'if-match': ['"1"', '"2"'] } })).toBe('parameter-invalid');
  });

  test('an invalid date is ignored, as RFC 9110 says', () => {
    const since = (value: string) =>
      ask('GET /Patient/1', { headers: { 'if-modified-since': value } }).conditions.ifModifiedSince;
    expect(since('Wed, 21 Oct 2015 07:28:00 GMT')).toBe('Wed, 21 Oct 2015 07:28:00 GMT');
    expect(since('yesterday')).toBeUndefined();
  });

  test('preferences', () => {
    const prefer = (value: string | readonly string[]) =>
      ask('GET /Patient/1', { headers: { prefer: value } }).conditions.prefer;
    expect(prefer('return=minimal')).toBe('minimal');
    expect(prefer('respond-async, return=representation; x=y')).toBe('representation');
    expect(prefer(['return=OperationOutcome', 'return=minimal'])).toBe('OperationOutcome');
    expect(prefer('return=everything')).toBeUndefined();
  });

  test('R-245 method overrides and other hosts change nothing', () => {
    const headers = {
      'x-http-method-override': 'DELETE',
      'x-http-method': 'DELETE',
      'x-original-url': '/Patient/2',
      'x-forwarded-host': 'evil.example',
    };
    expect(ask('GET /Patient/1', { headers })).toMatchObject({ interaction: 'read', type: 'Patient', id: '1' });
  });
});

describe('bodies', () => {
  const patient = { resourceType: 'Patient', id: '1', active: true, _birthDate: { extension: [] } };

  test('create, update, conditional update', () => {
    expect(send('POST /Patient', patient)).toMatchObject({ interaction: 'create', type: 'Patient', criteria: undefined });
    expect(send('PUT /Patient/1', patient)).toMatchObject({ interaction: 'update', type: 'Patient', id: '1' });
    expect(send('PUT /Patient?identifier=a|b', patient)).toMatchObject({
      interaction: 'conditional-update',
      criteria: [{ name: 'identifier' }],
    });
    expect(canonicalTarget(send('PUT /Patient?identifier=a|b', patient))).toBe('/Patient?identifier=a%7Cb');
  });

  test('R-242 the body must be what the URL says', () => {
    expect(sendProblem('PUT /Patient/2', patient)).toBe('resource-invalid');
    expect(sendProblem('PUT /Patient/1', { resourceType: 'Patient' })).toBe('resource-invalid');
    expect(sendProblem('POST /Observation', patient)).toBe('resource-invalid');
    expect(sendProblem('POST /Patient', { active: true })).toBe('resource-invalid');
    expect(sendProblem('POST /Patient', [])).toBe('resource-invalid');
    expect(sendProblem('POST /Patient', 'null')).toBe('resource-invalid');
    expect(sendProblem('POST /Patient', { ...patient, resourceType: ['Patient'] })).toBe('resource-invalid');
  });

  test('R-242 unknown elements are refused', () => {
    for (const key of ['nonsense', '_nonsense', '__proto__x', 'constructor', 'Active', 'valueString', '_resourceType']) {
      expect(sendProblem('POST /Patient', { ...patient, [key]: 1 }), key).toBe('resource-invalid');
    }
    expect(sendProblem('POST /Patient', '{"resourceType":"Patient","__proto__":{}}')).toBe('resource-invalid');
  });

  test('R-242 invalid JSON is refused before anything reads it', () => {
    for (const body of ['{', '{"resourceType":"Patient","id":"1","id":"2"}', '{"resourceType":"Patient"}x', '{"a\\u0062":1}']) {
      expect(sendProblem('POST /Patient', body), body).toBe('json-invalid');
    }
  });

  test('a resource in XML is the same resource', () => {
    const xml = '<Patient xmlns="http://hl7.org/fhir"><active value="true"/></Patient>';
    const asked = send('POST /Patient', xml, { 'content-type': 'application/fhir+xml; fhirVersion=4.0' });
    expect(asked).toMatchObject({ interaction: 'create', type: 'Patient' });
    expect(new TextDecoder().decode((asked as { resource: { bytes: Uint8Array } }).resource.bytes)).toBe(
      '{"resourceType":"Patient","active":true}',
    );
    for (const type of ['application/xml', 'text/xml'])
      expect(send('POST /Patient', xml, { 'content-type': type }).interaction, type).toBe('create');
    expect(sendProblem('POST /Observation', xml, { 'content-type': 'application/fhir+xml' })).toBe('resource-invalid');
    expect(sendProblem('POST /Patient', '<x/>', { 'content-type': 'application/fhir+xml' })).toBe('xml-invalid');
  });

  test('only JSON and XML in UTF-8, of this release, not compressed', () => {
    for (const type of [
      'application/fhir+xml; fhirVersion=5.0',
      'application/xml; charset=utf-16',
      'text/plain',
      'application/pdf',
      'application/json; charset=utf-16',
      'application/fhir+json; fhirVersion=5.0',
      'application/json, text/plain',
      'nonsense',
    ]) {
      expect(sendProblem('POST /Patient', patient, { 'content-type': type }), type).toBe('media-type-not-supported');
    }
    expect(sendProblem('POST /Patient', patient, { 'content-encoding': 'gzip' })).toBe('media-type-not-supported');
    expect(problem('POST /Patient', { body: JSON.stringify(patient) })).toBe('media-type-not-supported');
    expect(send('POST /Patient', patient, { 'content-type': 'application/json; charset="UTF-8"' }).interaction).toBe('create');
    expect(send('POST /Patient', patient, { 'content-type': 'application/fhir+json; fhirVersion=4.0' }).interaction).toBe(
      'create',
    );
  });

  test('a body where none belongs is refused', () => {
    for (const line of [
      'GET /Patient/1',
      'DELETE /Patient/1',
      'GET /Patient',
      'GET /metadata',
      'GET /_history',
      'GET /$versions',
      'DELETE /Patient?name=a',
    ]) {
      expect(sendProblem(line, patient), line).toBe('request-not-understood');
    }
  });

  test('conditional create: criteria are read, and kept as what was understood', () => {
    const create = send('POST /Patient', patient, { 'if-none-exist': 'identifier=http://m|1&name=a+b' });
    expect(create).toMatchObject({ criteria: [{ name: 'identifier' }, { name: 'name', values: ['a b'] }] });
    expect(create.conditions.ifNoneExist).toBe('identifier=http://m%7C1&name=a%20b');
    expect(sendProblem('POST /Patient', patient, { 'if-none-exist': 'foo=1', prefer: 'handling=lenient' })).toBe(
      'parameter-unknown',
    );
    expect(sendProblem('POST /Patient', patient, { 'if-none-exist': '' })).toBe('request-not-understood');
    expect(sendProblem('PUT /Patient/1', patient, { 'if-none-exist': 'identifier=1' })).toBe('parameter-invalid');
  });

  test('patches in their three forms', () => {
    const jsonPatch = { 'content-type': 'application/json-patch+json' };
    const merge = { 'content-type': 'application/merge-patch+json' };
    expect(send('PATCH /Patient/1', [], jsonPatch)).toMatchObject({ interaction: 'patch', format: 'json-patch' });
    expect(send('PATCH /Patient/1', { active: false }, merge)).toMatchObject({ format: 'merge-patch' });
    expect(send('PATCH /Patient/1', { resourceType: 'Parameters', parameter: [] })).toMatchObject({ format: 'fhirpath-patch' });
    expect(send('PATCH /Patient?name=a', [], jsonPatch)).toMatchObject({
      interaction: 'conditional-patch',
      format: 'json-patch',
    });
    expect(sendProblem('PATCH /Patient/1', {}, jsonPatch)).toBe('resource-invalid');
    expect(sendProblem('PATCH /Patient/1', [], merge)).toBe('resource-invalid');
    expect(sendProblem('PATCH /Patient/1', patient)).toBe('resource-invalid');
    expect(sendProblem('PATCH /Patient/1', [], { 'content-type': 'application/xml-patch+xml' })).toBe(
      'media-type-not-supported',
    );
  });

  test('operation bodies are resources', () => {
    expect(send('POST /Patient/$match', { resourceType: 'Parameters', parameter: [] })).toMatchObject({
      interaction: 'operation',
      level: 'type',
    });
    expect(sendProblem('POST /Patient/$match', { resourceType: 'Nonsense' })).toBe('resource-invalid');
    expect(sendProblem('POST /Patient/$match', '<x/>', { 'content-type': 'application/fhir+xml' })).toBe('xml-invalid');
    const parameters = '<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="a"/></parameter></Parameters>';
    expect(send('POST /Patient/$match', parameters, { 'content-type': 'application/fhir+xml' }).interaction).toBe('operation');
  });
});

describe('R-086 batches and transactions', () => {
  const bundle = (type: string, ...entry: readonly unknown[]) => ({ resourceType: 'Bundle', type, entry });
  const read = { request: { method: 'GET', url: 'Patient/1' } };
  const put = {
    fullUrl: 'urn:uuid:1',
    resource: { resourceType: 'Patient', id: '1' },
    request: { method: 'PUT', url: 'Patient/1', ifMatch: 'W/"2"' },
  };

  test('each entry is understood as the request that it is', () => {
    const post = {
      resource: { resourceType: 'Patient' },
      request: { method: 'POST', url: 'Patient', ifNoneExist: 'identifier=1' },
    };
    const request = send('POST /', bundle('transaction', read, put, post, { request: { method: 'DELETE', url: 'Patient/9' } }));
    if (request.interaction !== 'transaction') throw new Error('no transaction');
    expect(request.entries.map((entry) => [entry.request.interaction, canonicalTarget(entry.request)])).toEqual([
      ['read', '/Patient/1'],
      ['update', '/Patient/1'],
      ['create', '/Patient'],
      ['delete', '/Patient/9'],
    ]);
    expect(request.entries[1]?.fullUrl).toBe('urn:uuid:1');
    expect(request.entries[1]?.request.conditions.ifMatch).toBe('2');
    expect(request.entries[2]?.request.conditions.ifNoneExist).toBe('identifier=1');
    expect(send('POST ', bundle('batch', read)).interaction).toBe('batch');
    expect(send('POST /', bundle('batch')).interaction).toBe('batch');
  });

  test('a JSON Patch travels as a Binary', () => {
    const data = 'W3sib3AiOiJyZW1vdmUiLCJwYXRoIjoiL2FjdGl2ZSJ9XQ==';
    const patch = {
      resource: { resourceType: 'Binary', contentType: 'application/json-patch+json', data },
      request: { method: 'PATCH', url: 'Patient/1' },
    };
    const request = send('POST /', bundle('batch', patch));
    if (request.interaction !== 'batch') throw new Error('no batch');
    expect(request.entries[0]?.request).toMatchObject({ interaction: 'patch', format: 'json-patch' });
    const [entry] = request.entries;
    if (entry?.request.interaction !== 'patch') throw new Error('no patch');
    expect(entry.request.patch.value(entry.request.patch.root)).toEqual([{ op: 'remove', path: '/active' }]);
    expect(sendProblem('POST /', bundle('batch', { ...patch, resource: { ...patch.resource, data: '=' } }))).toBe(
      'resource-invalid',
    );
  });

  test.each([
    ['an absolute URL', { request: { method: 'GET', url: 'http://a.example/fhir/Patient/1' } }],
    ['a root-relative URL', { request: { method: 'GET', url: '/Patient/1' } }],
    ['no URL', { request: { method: 'GET' } }],
    ['an empty URL', { request: { method: 'GET', url: '' } }],
    ['no request', { resource: { resourceType: 'Patient' } }],
    ['no method', { request: { url: 'Patient/1' } }],
    ['a number as URL', { request: { method: 'GET', url: 1 } }],
    ['an unknown member', { request: { method: 'GET', url: 'Patient/1', headers: {} } }],
    ['a response', { ...read, response: { status: '200' } }],
    ['a resource that is none', { resource: 'x', request: { method: 'POST', url: 'Patient' } }],
    [
      'an element that its type does not have',
      { resource: { resourceType: 'Patient', nonsense: 1 }, request: { method: 'POST', url: 'Patient' } },
    ],
    ['no object', 'x'],
  ])('R-245 an entry with %s refuses the whole', (_, entry) => {
    expect(problem('POST /', { headers: json, body: JSON.stringify(bundle('batch', read, entry)) })).toMatch(
      /resource-invalid|request-not-understood/,
    );
  });

  test('entries obey the rules of requests', () => {
    const entry = (method: string, url: string, more: object = {}) =>
      sendProblem('POST /', bundle('batch', { request: { method, url }, ...more }));
    expect(entry('GET', 'Patient/../Observation')).toBe('request-not-understood');
    expect(entry('GET', 'Patient%2F1')).toBe('request-not-understood');
    expect(entry('GET', 'patient/1')).toBe('type-unknown');
    expect(entry('GET', 'Patient?foo=1')).toBe('parameter-unknown');
    expect(entry('DELETE', 'Patient')).toBe('request-not-understood');
    expect(entry('get', 'Patient/1')).toBe('method-not-allowed');
    expect(entry('GET', 'Patient/1', { resource: { resourceType: 'Patient' } })).toBe('request-not-understood');
    expect(entry('POST', '?_pretty=true', { resource: bundle('batch') })).toBe('resource-invalid');
    expect(entry('PUT', 'Patient/1', { resource: { resourceType: 'Patient', id: '2' } })).toBe('resource-invalid');
  });

  test('other Bundles, too many entries, two entries for one resource', () => {
    for (const type of ['document', 'message', 'collection', 'searchset', 'history', 'nonsense']) {
      expect(sendProblem('POST /', bundle(type)), type).toBe('request-not-understood');
    }
    expect(sendProblem('POST /', { resourceType: 'Patient' })).toBe('resource-invalid');
    expect(sendProblem('POST /', { ...bundle('batch'), nonsense: 1 })).toBe('resource-invalid');
    expect(sendProblem('POST /', bundle('batch', ...Array.from({ length: 501 }, () => read)))).toBe('resource-invalid');
    expect(send('POST /', bundle('batch', ...Array.from({ length: 500 }, () => read))).interaction).toBe('batch');
    expect(sendProblem('POST /', bundle('transaction', put, put))).toBe('resource-invalid');
    expect(sendProblem('POST /', bundle('transaction', put, { request: { method: 'DELETE', url: 'Patient/1' } }))).toBe(
      'resource-invalid',
    );
    expect(
      sendProblem('POST /', bundle('transaction', { ...read, fullUrl: 'urn:uuid:2' }, { ...read, fullUrl: 'urn:uuid:2' })),
    ).toBe('resource-invalid');
  });
});

describe('properties', () => {
  const parameters = [...tables.types.values()]
    .filter((type) => type.category !== 'none')
    .flatMap((type) => [...type.searchParameters.values()].map((definition) => ({ type: type.name, definition })));
  const word = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => !/[\p{Cc}\p{Cs}]/u.test(text));
  const escaped = (text: string): string => text.replace(/[\\,|$]/g, '\\$&');

  test('R-245 whatever is understood as a search has one canonical form, with the same values', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...parameters),
        fc.array(word, { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        ({ type, definition }, words, raw) => {
          const values = words.map(raw ? (text) => text : escaped).join(',');
          const line = `GET /${type}?${definition.name}=${encodeURIComponent(values)}`;
          let first: FhirRequest;
          try {
            first = ask(line);
          } catch (error) {
            expect(error).toBeInstanceOf(Problem);
            return;
          }
          const canonical = canonicalTarget(first);
          const second = ask(`GET ${canonical}`);
          expect(canonicalTarget(second)).toBe(canonical);
          expect({ ...second, original: 0 }).toEqual({ ...first, original: 0 });
          if (first.interaction === 'search' && definition.type === 'string' && !raw)
            expect(first.criteria[0]?.values).toEqual(words);
        },
      ),
      { numRuns: 3000 },
    );
  });

  const mangled = (text: string) =>
    fc
      .tuple(
        fc.nat(text.length),
        fc.nat(3),
        fc.constantFrom(
          '%',
          '/',
          '?',
          '&',
          '=',
          ':',
          '.',
          '|',
          '\\',
          ',',
          '$',
          '%00',
          '%2F',
          '\u0000',
          'é',
          '',
          '..',
          '*',
          '_has:',
          ';',
          '#',
        ),
      )
      .map(([at, cut, insert]) => text.slice(0, at) + insert + text.slice(at + cut));
  const targets = [
    '/Patient/1',
    '/Patient/1/_history/2',
    '/Patient?name:exact=a%20b&birthdate=ge2000-01-01&_sort=-birthdate&_count=10',
    '/Observation?subject:Patient.name=a&code=http://loinc.org|1-2&value-quantity=5||mg&_include=Observation:subject',
    '/Patient?_has:Observation:patient:code=1,2&_elements=name&_pretty=true',
    '/Patient/p/Observation?code-value-quantity=1$gt5',
    '/Patient/p/*?_type=Observation',
    '/?_type=Patient,Observation',
    '/Patient/1/$everything?_since=2020',
    '/metadata',
    '/_history?_since=2024-02-29T12:00:00Z',
    '/Patient/_search',
  ] as const;
  const target = fc.oneof(fc.string(), fc.constantFrom(...targets).chain(mangled));
  const headerValue = fc.oneof(
    fc.string(),
    fc.constantFrom(
      'W/"1"',
      'handling=lenient',
      'application/fhir+json',
      'application/x-www-form-urlencoded',
      'application/json-patch+json',
      'identifier=1',
    ),
  );
  const headers = fc.dictionary(
    fc.constantFrom(
      'accept',
      'content-type',
      'prefer',
      'if-match',
      'if-none-match',
      'if-none-exist',
      'if-modified-since',
      'content-encoding',
    ),
    fc.array(headerValue, { maxLength: 2 }),
  );
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc
      .constantFrom(
        '',
        '{}',
        '[]',
        '{"resourceType":"Patient","id":"1"}',
        '{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Patient"}}]}',
        'name=a',
      )
      .chain((text) => mangled(text).map(bytes)),
  );

  test('R-243 random targets, headers and bodies end as a request or a Problem, and what is understood is canonical', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'nonsense'),
        target,
        headers,
        body,
        (method, text, fields, content) => {
          try {
            const request = understand(
              { method, target: text, headers: new Map(Object.entries(fields)), body: content },
              tables,
            );
            const canonical = canonicalTarget(request);
            expect(canonical).toMatch(/^\/[!-~]*$/);
            expect(canonical.split('?')[0]).toMatch(/^(?:\/|(?:\/[A-Za-z0-9\-._$*]+)+)$/);
            expect(canonical.split(/[/?]/)).not.toContain('..');
          } catch (error) {
            if (!(error instanceof Problem)) throw error;
          }
        },
      ),
      { numRuns: 5000 },
    );
  });

  test('R-243 no value makes a grammar slow', () => {
    const started = process.threadCpuUsage().user / 1000;
    for (const evil of [
      'a'.repeat(8000),
      '%5C%5C'.repeat(1300),
      '1'.repeat(8000),
      '|'.repeat(8000),
      '2000-01-01T'.repeat(700),
      ','.repeat(8000),
      '$'.repeat(8000),
    ]) {
      for (const name of [
        'name',
        'identifier',
        'birthdate',
        '_sort',
        '_elements',
        '_include',
        '_format',
        'general-practitioner',
      ]) {
        problem(`GET /Patient?${name}=${evil}`);
      }
    }
    expect(process.threadCpuUsage().user / 1000 - started).toBeLessThan(2000);
  });
});
