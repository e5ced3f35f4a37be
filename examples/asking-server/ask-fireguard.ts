/** A request listener that lets Fireguard decide (its FHIR-shaped door): what the client asks → what to do on the own store → what to answer. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

export interface Asked {
  readonly method: string;
  /** Relative to the FHIR base. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Kept {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Settings {
  /** Where the decision point is, without a slash at its end. */
  readonly fireguard: string;
  readonly key: string;
  /** Path of the FHIR base as clients see it: `/fhir`. */
  readonly prefix: string;
  /** Does what it is asked, without asking who asks. */
  readonly carryOut: (asked: Asked) => Promise<Kept>;
}

type Step =
  | { readonly step: 'ask'; readonly handle: string; readonly request: Asked }
  | { readonly step: 'answer'; readonly response: Answer };

interface Answer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: string;
  readonly bodyBase64?: string;
}

const LONGEST_BODY = 10_000_000;

export function askFireguard(settings: Settings): RequestListener {
  return (request, response) => {
    // Whatever fails: nothing is known, so nothing is told.
    answer(settings, request, response).catch(() => {
      if (!response.headersSent) response.writeHead(503);
      response.end();
    });
  };
}

async function answer(settings: Settings, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = '', url = '' } = request;
  if (!url.startsWith(settings.prefix)) {
    response.writeHead(404).end();
    return;
  }
  const asked = {
    method,
    target: url.slice(settings.prefix.length),
    headers: linesOf(request),
    bodyBase64: await bodyOf(request),
  };
  let step = await ask(settings, '/access/fhir', { request: asked });
  while (step.step === 'ask') step = await ask(settings, `/access/fhir/${step.handle}`, await settings.carryOut(step.request));
  const { status, headers, body, bodyBase64 } = step.response;
  response.writeHead(status, headers.flat());
  response.end(body ?? Buffer.from(bodyBase64 ?? '', 'base64'));
}

async function ask({ fireguard, key }: Settings, path: string, question: object): Promise<Step> {
  const told = await fetch(fireguard + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(question),
  });
  if (told.status !== 200) throw new Error(`the decision point answered ${told.status}`);
  return (await told.json()) as Step;
}

/** Every line, repeated ones as lists: which of two would count is not for us to say. */
function linesOf({ rawHeaders }: IncomingMessage): Record<string, string[]> {
  const lines: Record<string, string[]> = Object.create(null);
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase();
    lines[name] = [...(lines[name] ?? []), rawHeaders[at + 1]!];
  }
  return lines;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > LONGEST_BODY) throw new Error('a body that is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('base64');
}
