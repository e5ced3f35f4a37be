// R-244, OWASP XML External Entity Prevention, hardening B4-53 to B4-71 by way of XML: a second format must not be a second door.
import { xmlOf } from '@fireguard/engine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Asked, encounter, observation, type TwoWards, twoWards } from './two-wards.ts';

let place: TwoWards;
beforeAll(async () => {
  place = await twoWards();
});
afterAll(async () => place?.close());

const inXml = (method: string, path: string, body: object | string): Asked => ({
  method,
  path,
  headers: { 'content-type': 'application/fhir+xml', accept: 'application/fhir+xml' },
  body: typeof body === 'string' ? body : new TextDecoder().decode(xmlOf(new TextEncoder().encode(JSON.stringify(body)), 'R4')),
});
const NS = 'xmlns="http://hl7.org/fhir"';
const R = { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }] };

describe('what JSON may not do, XML may not either', () => {
  test.each([
    ['a hidden id', 'PUT', '/Observation/secret', observation('secret', 'mine')],
    ['a free id', 'PUT', '/Observation/free', observation('free', 'mine')],
    ['another patient', 'PUT', '/Observation/mine-1', observation('mine-1', 'other')],
    ['a record of another patient', 'POST', '/Observation', observation('new', 'other')],
    ['a label', 'POST', '/Observation', { ...observation('new', 'mine'), meta: R }],
    ['a masked element', 'PUT', '/Encounter/seen', { ...encounter('seen', 'mine'), reasonCode: [{ text: 'hiv' }] }],
    ['a condition on what is hidden', 'PUT', '/Observation?identifier=urn:x%7C1', observation('secret', 'mine')],
    [
      'a definition',
      'POST',
      '/SearchParameter',
      {
        resourceType: 'SearchParameter',
        url: 'urn:x',
        name: 'x',
        status: 'active',
        description: 'x',
        code: 'x',
        base: ['Patient'],
        type: 'string',
      },
    ],
  ] as const)('R-092 %s', async (_, method, path, body) => {
    const xml = await place.alike(inXml(method, path, body));
    const json = await place.alike({ method, path, body });
    expect(xml.status).toBe(json.status);
    expect(xml.status).toBeGreaterThanOrEqual(400);
    expect(xml.text).not.toMatch(/ghost|secret|Okafor/);
    expect(xml.headers['content-type']).toBe('application/fhir+xml; charset=utf-8');
  });

  test('a batch in XML is decided entry by entry, as in JSON', async () => {
    const bundle = {
      resourceType: 'Bundle',
      type: 'batch',
      entry: [
        { request: { method: 'GET', url: 'Observation/secret' } },
        { request: { method: 'GET', url: 'Observation/mine-1' } },
        { resource: observation('new', 'other'), request: { method: 'POST', url: 'Observation' } },
      ],
    };
    const xml = await place.alike(inXml('POST', '', bundle));
    expect(xml.status).toBe(200);
    expect([...xml.text.matchAll(/<status value="(\d+)/g)].map(([, status]) => status)).toEqual(['404', '200', '403']);
    const one = await place.alike({ path: '/Observation/mine-1' });
    expect(xml.text).toContain(`<Observation><id value="${JSON.parse(one.text).id}"/>`);
  });
});

describe('R-244 what a parser of XML could be made to do', () => {
  const bomb = Array.from({ length: 20 }, (_, at) => `<!ENTITY e${at + 1} "&e${at};&e${at};&e${at};">`).join('');
  test.each([
    ['an external entity', `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><Basic ${NS}><id value="&e;"/></Basic>`],
    ['an entity out of band', `<!DOCTYPE x [<!ENTITY % e SYSTEM "http://127.0.0.1:1/x"> %e;]><Basic ${NS}/>`],
    ['a document type elsewhere', `<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd"><Basic ${NS}/>`],
    ['a billion laughs', `<!DOCTYPE x [<!ENTITY e0 "ha">${bomb}]><Basic ${NS}><id value="&e20;"/></Basic>`],
    ['an inclusion', `<Basic ${NS} xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/passwd"/></Basic>`],
    ['a stylesheet', `<?xml-stylesheet type="text/xsl" href="http://127.0.0.1:1/x.xsl"?><Basic ${NS}/>`],
    ['another encoding', `<?xml version="1.0" encoding="UTF-7"?><Basic ${NS}/>`],
    ['a document after the document', `<Basic ${NS}/><Basic ${NS}/>`],
    ['depth', `<Basic ${NS}>${'<extension url="a">'.repeat(50_000)}`],
    ['breadth of attributes', `<Basic ${NS} ${Array.from({ length: 50_000 }, (_, at) => `a${at}="1"`).join(' ')}/>`],
    ['an element twice', `<Basic ${NS}><id value="a"/><id value="b"/></Basic>`],
    ['an attribute twice', `<Basic ${NS}><id value="a" value="b"/></Basic>`],
    [
      'a tag hidden in a comment of a narrative',
      `<Basic ${NS}><text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><!--</div></text></Basic>--></div></text></Basic>`,
    ],
    [
      'a resource smuggled behind a narrative',
      `<Basic ${NS}><text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"></div></div></text></Basic>`,
    ],
  ])('%s', async (_, body) => {
    const began = performance.now();
    const told = await place.alike(inXml('POST', '/Basic', body));
    expect(told.status).toBe(400);
    expect(told.text).not.toMatch(/root:|passwd|127\.0\.0\.1:1\b/);
    expect(performance.now() - began).toBeLessThan(5000);
  });
});

describe('B4-59 whose a new record is: told by what the writer sees alone', () => {
  const note = (to: string) => ({
    resourceType: 'Basic',
    code: { text: 'note' },
    extension: [{ url: 'urn:x', valueReference: { reference: to } }],
  });
  const hidden = ['Observation/secret', 'Observation/ghost-1', 'Encounter/unseen', 'Observation/secret-two'];

  test('a new record that points to what is hidden is as one that points to what is absent', async () => {
    const send = (to: string) => place.alike({ method: 'POST', path: '/Basic', body: note(to) });
    const absent = await send('Observation/nowhere');
    expect(absent.status).toBeGreaterThanOrEqual(400);
    for (const to of hidden) expect(await send(to), to).toEqual(absent);
    expect((await send('Observation/mine-1')).status).toBe(201);
  });

  test('an update and a patch as well', async () => {
    for (const { put } of place.wards) await put({ ...note('Patient/mine'), id: 'note' });
    const update = (to: string) =>
      place.alike({
        method: 'PUT',
        path: '/Basic/note',
        body: { ...note(to), id: 'note', subject: { reference: 'Patient/mine' } },
      });
    const patch = (to: string) =>
      place.alike({
        method: 'PATCH',
        path: '/Basic/note',
        body: [{ op: 'add', path: '/extension/1', value: { url: 'urn:y', valueReference: { reference: to } } }],
      });
    for (const send of [update, patch]) {
      const absent = await send('Observation/nowhere');
      for (const to of hidden) expect(await send(to), to).toEqual(absent);
    }
  });

  test('in a transaction as well', async () => {
    const send = (to: string) =>
      place.alike({
        method: 'POST',
        path: '',
        body: {
          resourceType: 'Bundle',
          type: 'transaction',
          entry: [{ resource: note(to), request: { method: 'POST', url: 'Basic' } }],
        },
      });
    const absent = await send('Observation/nowhere');
    for (const to of hidden) expect(await send(to), to).toEqual(absent);
  });
});
