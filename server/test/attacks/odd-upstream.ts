/** An upstream that misbehaves on purpose: answers what the test says, and remembers what it was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface OddUpstream {
  readonly url: string;
  readonly seen: {
    readonly method: string;
    readonly url: string;
    readonly headers: IncomingMessage['headers'];
    readonly raw: readonly string[];
    readonly body: string;
  }[];
  answer: (request: IncomingMessage, response: ServerResponse) => void;
  close(): Promise<void>;
}

export async function oddUpstream(answer: OddUpstream['answer']): Promise<OddUpstream> {
  const odd: { answer: OddUpstream['answer']; seen: OddUpstream['seen'] } = { answer, seen: [] };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    odd.seen.push({ method: request.method!, url: request.url!, headers: request.headers, raw: request.rawHeaders, body });
    odd.answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(odd, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/fhir`,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  });
}

/** Answers as a FHIR server with one Patient in the physician's care, and nothing else. */
export function onePatient(request: IncomingMessage, response: ServerResponse): void {
  const patient = { resourceType: 'Patient', id: 'mine', generalPractitioner: [{ reference: 'Practitioner/doc' }] };
  const type = /^\/fhir\/([A-Za-z]+)/.exec(request.url!)?.[1];
  const body =
    request.url === '/fhir/Patient/mine'
      ? patient
      : {
          resourceType: 'Bundle',
          type: 'searchset',
          entry: type === 'Patient' ? [{ resource: patient, search: { mode: 'match' } }] : [],
        };
  response.writeHead(200, { 'content-type': 'application/fhir+json' }).end(JSON.stringify(body));
}
