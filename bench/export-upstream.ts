/** An upstream with so many Observations of so many bytes, made while they are asked for: none of them is ever in memory as a whole. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const filler = 'An observation has words as well. '.repeat(230);

function observation(n: number): string {
  const value = (90 + (n % 60)).toFixed(1);
  return `{"resourceType":"Observation","id":"o-${String(n).padStart(7, '0')}","meta":{"versionId":"1","lastUpdated":"2026-05-01T10:00:00Z"},"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"subject":{"reference":"Patient/p-${n % 50}"},"valueQuantity":{"value":${value},"unit":"mmHg"},"note":[{"text":"${filler}"}]}`;
}

export const bytesOfOne = observation(0).length + 1;

export async function exportUpstream(count: number): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const url = new URL(request.url ?? '', 'http://upstream');
    const asked = request.method === 'POST' ? new URLSearchParams(body) : url.searchParams;
    response.setHeader('content-type', 'application/fhir+json');
    if (url.pathname.endsWith('/metadata')) return void response.end(statement);
    if (!/^\/fhir\/Observation(\/_search)?$/.test(url.pathname)) return void response.end(bundle([], undefined));
    const ids = asked.get('_id')?.split(',');
    if (ids !== undefined)
      return void response.end(
        bundle(
          ids.map((id) => Number(id.slice(2))),
          undefined,
        ),
      );
    const size = Number(asked.get('_count') ?? 200);
    const from = Number(asked.get('from') ?? 0);
    const page = Array.from({ length: Math.min(size, count - from) }, (_, at) => from + at);
    const next =
      from + size < count ? `http://127.0.0.1:${port}/fhir/Observation?_count=${size}&from=${from + size}` : undefined;
    response.end(bundle(page, next));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/fhir`, server };
}

function bundle(numbers: readonly number[], next: string | undefined): string {
  const entry = numbers.map((n) => `{"resource":${observation(n)},"search":{"mode":"match"}}`).join(',');
  const link = next === undefined ? '' : `"link":[{"relation":"next","url":"${next}"}],`;
  return `{"resourceType":"Bundle","type":"searchset",${link}"entry":[${entry}]}`;
}

const statement = JSON.stringify({
  resourceType: 'CapabilityStatement',
  status: 'active',
  date: '2026-01-01',
  kind: 'instance',
  fhirVersion: '4.0.1',
  format: ['json'],
  rest: [{ mode: 'server', resource: [{ type: 'Observation', interaction: [{ code: 'read' }, { code: 'search-type' }] }] }],
});
