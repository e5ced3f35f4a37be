/** binary.html#rest: the content of a Binary is one more form of a read, judged and masked like it. */
import { describe, expect, test, vi } from 'vitest';
import { ask, type Setting } from '../../test/host.ts';
import { hidden, type TestPolicies, unlabelled } from '../../test/permits.ts';
import { SmallUpstream } from '../../test/small-upstream.ts';
import { decodeBase64, encodeBase64 } from '../request/base64.ts';

vi.mock('../decision/decide.ts', async () => ({ decide: (await import('../../test/permits.ts')).decideByTable }));

const page = '<script>alert(1)</script>';
const binary = (id: string, more: object = {}) => ({
  resourceType: 'Binary',
  id,
  contentType: 'text/html; charset=utf-8',
  data: Buffer.from(page).toString('base64'),
  ...more,
});
const setting = (policies: TestPolicies = { '*': { sees: unlabelled } }): Setting => ({
  upstream: new SmallUpstream([
    binary('seen', { meta: { versionId: '1' } }),
    binary('secret', { meta: hidden }),
    binary('odd', { contentType: 'text/html\r\nSet-Cookie: a=b' }),
    binary('picture', { contentType: 'image/png' }),
    binary('torn', { data: '***' }),
  ]),
  policies,
});
const get = (id: string, accept: string, policies?: TestPolicies) =>
  ask(setting(policies), { target: `/Binary/${id}`, headers: { accept } });

test('R-028 its content comes as what it is, to be saved and not shown', () => {
  for (const accept of ['text/html', 'application/pdf, text/html;q=0.1']) {
    const { outcome, headers } = get('seen', accept, undefined);
    expect(new TextDecoder().decode(outcome!.body)).toBe(page);
    expect([headers['content-type'], headers['content-disposition']]).toEqual(['text/html', 'attachment']);
  }
  expect(get('picture', 'image/*').headers['content-type']).toBe('image/png');
});

test('R-028 what is hidden is as absent, whatever is accepted', () => {
  for (const accept of ['text/html', 'application/pdf', 'application/fhir+json', 'application/fhir+xml']) {
    const [one, other] = [get('secret', accept), get('never', accept)];
    expect([one.status, one.text, one.headers]).toEqual([other.status, other.text, other.headers]);
    expect(one.status).toBe(404);
  }
});

test('FHIR is answered whenever it will do, and only Binary has content', () => {
  for (const accept of ['', '*/*', 'text/*', 'text/html, application/fhir+json;q=0.1'])
    expect(get('seen', accept).json?.resourceType, accept).toBe('Binary');
  expect(ask(setting(), { target: '/Patient/x', headers: { accept: 'text/html' } }).problem?.code).toBe('not-acceptable');
  expect(ask(setting(), { target: '/Binary?_id=seen', headers: { accept: 'text/html' } }).problem?.code).toBe('not-acceptable');
});

test('masked content, torn content and a type that is none are not sent', () => {
  expect(get('seen', 'text/html', { '*': { mask: ['data'] } }).problem?.code).toBe('not-acceptable');
  expect(get('seen', 'text/html', { '*': { mask: ['contentType'] } }).problem?.code).toBe('not-acceptable');
  for (const id of ['odd', 'torn']) expect(get(id, 'text/html').problem?.code, id).toBe('not-acceptable');
  expect(get('seen', 'image/png').problem?.code).toBe('not-acceptable');
});

describe('a part of the content (RFC 9110 §14)', () => {
  const part = (range: string, more: Record<string, string> = {}, method = 'GET') =>
    ask(setting(), { method, target: '/Binary/seen', headers: { accept: 'text/html', range, ...more } });

  test.each([
    ['bytes=0-7', '<script>', 'bytes 0-7/25'],
    ['bytes=17-', '/script>', 'bytes 17-24/25'],
    ['bytes=-9', '</script>', 'bytes 16-24/25'],
    ['bytes=20-1000', 'ript>', 'bytes 20-24/25'],
    ['bytes=-1000', page, 'bytes 0-24/25'],
  ])('%s', (range, text, told) => {
    const { status, headers, outcome } = part(range);
    expect([status, headers['content-range'], headers['accept-ranges']]).toEqual([206, told, 'bytes']);
    expect(new TextDecoder().decode(outcome!.body).startsWith(text)).toBe(true);
    expect(headers['content-disposition']).toBe('attachment');
  });

  test.each(['bytes=25-', 'bytes=99-100', 'bytes=-0'])('%s has nothing in it', (range) => {
    const { status, headers, json } = part(range);
    expect([status, headers['content-range'], json?.resourceType]).toEqual([416, 'bytes */25', 'OperationOutcome']);
  });

  test.each(['bytes=5-4', 'bytes=0-1,3-4', 'bytes=a-b', 'bytes=-', 'items=0-1', 'bytes=0-1 '.repeat(2)])(
    '%s is as if it were not asked for',
    (range) => expect(part(range).status).toBe(200),
  );

  test('If-Range never holds for weak tags, and only GET has parts', () => {
    expect(part('bytes=0-1', { 'if-range': 'W/"1"' }).status).toBe(200);
    expect(part('bytes=0-1', {}, 'HEAD').status).toBe(200);
  });

  test('of what is hidden there is no part: as of what is absent', () => {
    const of = (id: string) =>
      ask(setting(), { target: `/Binary/${id}`, headers: { accept: 'text/html', range: 'bytes=0-1' } });
    expect([of('secret').status, of('secret').text, of('secret').headers]).toEqual([
      404,
      of('never').text,
      of('never').headers,
    ]);
  });

  test('FHIR is not cut', () => {
    const whole = ask(setting(), { target: '/Binary/seen', headers: { range: 'bytes=0-1' } });
    expect([whole.status, whole.json?.resourceType]).toEqual([200, 'Binary']);
  });
});

describe('content that is sent as it is', () => {
  const send = (headers: Record<string, string>, body: string, target = '/Binary', method = 'POST') => {
    const one = { ...setting({ '*': { sees: unlabelled } }) };
    return { ...ask(one, { method, target, headers, body }), stored: one.upstream };
  };

  test('it becomes the Binary that it stands for, with its context', () => {
    const { status, stored } = send({ 'content-type': 'text/xml; charset=utf-8', 'x-security-context': 'Binary/seen' }, '<a/>');
    expect(status).toBe(201);
    expect(stored.get('Binary/new-1')).toMatchObject({
      contentType: 'text/xml; charset=utf-8',
      securityContext: { reference: 'Binary/seen' },
      data: Buffer.from('<a/>').toString('base64'),
    });
  });

  test('an update as well', () => {
    const { status, stored } = send({ 'content-type': 'image/png' }, 'png', '/Binary/seen', 'PUT');
    expect(status).toBe(200);
    expect(stored.get('Binary/seen')).toMatchObject({ contentType: 'image/png', data: 'cG5n' });
  });

  test('a context that is none, is given twice or belongs to nothing is refused', () => {
    const png = { 'content-type': 'image/png' };
    for (const context of ['Patient', 'Patient/1/x', '#p', 'javascript:alert(1)', 'Patient/..', '//x/Patient/1'])
      expect(send({ ...png, 'x-security-context': context }, 'x').problem?.code, context).toBe('parameter-invalid');
    const json = { 'content-type': 'application/fhir+json', 'x-security-context': 'Patient/1' };
    expect(send(json, JSON.stringify(binary('x'))).problem?.code).toBe('parameter-invalid');
    expect(send(png, '').problem?.code).toBe('body-missing');
    expect(send({ ...png, 'content-encoding': 'gzip' }, 'x').problem?.code).toBe('media-type-not-supported');
  });

  test('every length comes back', () => {
    for (let length = 0; length < 40; length++) {
      const bytes = Uint8Array.from({ length }, (_, at) => (at * 37 + length) & 255);
      expect(encodeBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
      expect(decodeBase64(encodeBase64(bytes))).toEqual(bytes);
    }
  });
});
