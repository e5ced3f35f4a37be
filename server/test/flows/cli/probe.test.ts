/** `fireguard probe`, as an operator runs it, against the demo's FHIR server and against servers with habits. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { type OddUpstream, oddUpstream } from '../../attacks/odd-upstream.ts';
import { fireguard } from './kit.ts';

let server: OddUpstream | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const ids = ['a', 'b', 'c'];
const patients = (some: readonly string[]) => some.map((id) => ({ resource: { resourceType: 'Patient', id } }));

interface Habits {
  readonly strict?: boolean;
  readonly sorts?: boolean;
  readonly compartments?: boolean;
  readonly forms?: boolean;
  readonly histories?: boolean;
  readonly page?: number;
  readonly software?: string;
  readonly fhirVersion?: string;
}

function server4(habits: Habits) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const [path = '', query = ''] = request.url!.slice('/fhir/'.length).split('?');
    const asked = new URLSearchParams(query);
    const send = (body: object, status = 200) =>
      response.writeHead(status, { 'content-type': 'application/fhir+json' }).end(JSON.stringify(body));
    const refuse = () => send({ resourceType: 'OperationOutcome' }, 400);
    const found = (some: readonly string[], more = {}) =>
      send({ resourceType: 'Bundle', type: 'searchset', entry: patients(some), ...more });
    if (path === 'metadata') {
      const resource = [{ type: 'Patient', versioning: 'versioned-update' }];
      const rest = [{ mode: 'server', interaction: [{ code: 'transaction' }], resource }];
      return void send({
        resourceType: 'CapabilityStatement',
        fhirVersion: habits.fhirVersion ?? '4.0.1',
        software: { name: habits.software ?? 'Own' },
        rest,
      });
    }
    if (path.endsWith('_history'))
      return void (habits.histories ? send({ resourceType: 'Bundle', type: 'history' }) : refuse());
    if (path.endsWith('/Observation')) return void (habits.compartments ? found([]) : refuse());
    if (path === 'Patient/_search') return void found(habits.forms ? (lastForm() === '_id=a' ? ['a'] : []) : ids);
    if (asked.has('fireguard-probe')) return void (habits.strict ? refuse() : found(ids));
    const sort = habits.sorts ? asked.get('_sort') : undefined;
    const shown = sort === '-_id' ? [...ids].reverse() : ids;
    const next = { link: [{ relation: 'next', url: 'http://elsewhere.example/next' }] };
    if (habits.page !== undefined) return void found(shown.slice(0, habits.page), next);
    found(shown);
  };
}

function lastForm(): string {
  return server!.seen.at(-1)!.body;
}

async function probed(habits: Habits, args: readonly string[] = []) {
  server = await oddUpstream(() => undefined);
  server.answer = server4(habits);
  return fireguard(['probe', server.url, ...args]);
}

describe('fireguard probe', () => {
  test('finds all that a good server can, and asks for nothing but reads', async () => {
    const { status, out } = await probed({ strict: true, sorts: true, compartments: true, forms: true, histories: true });
    expect(status).toBe(0);
    expect(out).toContain('FHIR 4.0.1, looks like: generic');
    expect(out).toContain(
      `upstream:\n  url: ${server!.url}\n  dialect: generic\n  fhirVersion: R4\n  abilities:\n    compartmentSearch: true\n`,
    );
    expect(out).not.toContain('ignores');
    const changing = server!.seen.filter(({ method, url }) => method !== 'GET' && !url.endsWith('/_search'));
    expect(changing).toEqual([]);
    expect(server!.seen.length).toBeLessThanOrEqual(15);
  });

  test('finds what a poor server cannot, and says what that means', async () => {
    const { out } = await probed({ page: 2, software: 'HAPI FHIR Server' });
    expect(out).toContain('looks like: hapi');
    expect(out).toContain('It ignores search parameters');
    expect(out).toMatch(/history +no +none of Patient\/ID, Patient, the system: no history is served/);
    const section = out.slice(out.indexOf('upstream:'));
    expect(section).toContain('maxCount: 2');
    for (const ability of ['sortById', 'postSearch', 'history']) expect(section).toContain(`${ability}: false`);
    // Of its kind anyway, and not of this one alone.
    expect(section).not.toContain('compartmentSearch');
    expect(server!.seen.some(({ url }) => url.includes('elsewhere'))).toBe(false);
  });

  test('finds out which FHIR it speaks, and says when that is not served', async () => {
    expect((await probed({ fhirVersion: '5.0.0' })).out).toContain('\n  fhirVersion: R5\n');
    await server!.close();
    expect((await probed({ fhirVersion: '4.3.0' })).out).toContain('\n  fhirVersion: R4B\n');
    await server!.close();
    expect((await probed({ fhirVersion: '6.0.0-ballot2' })).out).toContain('\n  fhirVersion: R6\n');
    await server!.close();
    const { out } = await probed({ fhirVersion: '3.0.2' });
    expect(out).toContain('cannot be protected yet');
    expect(out).not.toContain('fhirVersion:');
  });

  test('what answers but is no FHIR server is told in a line', async () => {
    server = await oddUpstream(
      (_request, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
    );
    const { status, out, err } = await fireguard(['probe', server.url]);
    expect([status, out]).toEqual([1, '']);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect((await fireguard(['probe', 'not a url'])).err).toContain('base URL');
    expect((await fireguard(['probe', server.url, '--token-env', 'FIREGUARD_NO_SUCH'])).err).toContain('not set');
  });
});
