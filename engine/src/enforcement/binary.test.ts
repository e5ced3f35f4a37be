/** binary.html#rest: the content of a Binary is one more form of a read, judged and masked like it. */
import { expect, test, vi } from 'vitest';
import { ask, type Setting } from '../../test/host.ts';
import { hidden, type TestPolicies, unlabelled } from '../../test/permits.ts';
import { SmallUpstream } from '../../test/small-upstream.ts';

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
    binary('seen'),
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
