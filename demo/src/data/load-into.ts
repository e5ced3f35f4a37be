// From data to a FHIR server, in batches of updates: loading the same data again changes versions and doubles nothing.
import { DataError } from './data-error.ts';
import type { LoadedResource } from './load-data.ts';

export interface LoadTarget {
  /** FHIR base URL without a slash at the end. */
  readonly url: string;
  /** Value of the Authorization header. */
  readonly authorization: string;
}

export interface LoadReport {
  readonly resources: number;
  readonly placeholders: number;
  readonly byType: ReadonlyMap<string, number>;
}

const MOST_BYTES = 2_000_000;
const MOST_ENTRIES = 500;

/** Throws DataError, naming file and resource, when the server refuses one; what went before stays loaded. `progress` hears the count so far. */
export async function loadInto(
  target: LoadTarget,
  resources: AsyncIterable<LoadedResource> | Iterable<LoadedResource>,
  progress: (count: number) => void = () => {},
): Promise<LoadReport> {
  const byType = new Map<string, number>();
  let [count, placeholders, size] = [0, 0, 0];
  let batch: LoadedResource[] = [];
  let sending: Promise<void> = Promise.resolve();
  // One batch travels while the next is read.
  const flush = async (): Promise<void> => {
    await sending;
    const full = batch;
    [batch, size] = [[], 0];
    if (full.length === 0) return;
    sending = send(target, full);
    sending.catch(() => {});
    count += full.length;
    progress(count);
  };
  for await (const resource of resources) {
    byType.set(resource.type, (byType.get(resource.type) ?? 0) + 1);
    if (resource.placeholder) placeholders += 1;
    batch.push(resource);
    size += resource.bytes.length;
    if (batch.length >= MOST_ENTRIES || size >= MOST_BYTES) await flush();
  }
  await flush();
  await sending;
  return { resources: count, placeholders, byType };
}

async function send(target: LoadTarget, resources: readonly LoadedResource[]): Promise<void> {
  const pieces: Uint8Array[] = [Buffer.from('{"resourceType":"Bundle","type":"batch","entry":[')];
  for (const [index, { type, id, bytes }] of resources.entries()) {
    const head = `${index === 0 ? '' : ','}{"request":{"method":"PUT","url":${JSON.stringify(`${type}/${id}`)}},"resource":`;
    pieces.push(Buffer.from(head), bytes, Buffer.from('}'));
  }
  pieces.push(Buffer.from(']}'));
  const response = await fetch(target.url, {
    method: 'POST',
    headers: { authorization: target.authorization, 'content-type': 'application/fhir+json', prefer: 'return=minimal' },
    body: Buffer.concat(pieces),
    signal: AbortSignal.timeout(60_000),
  });
  const first = resources[0];
  if (!response.ok) throw new DataError(first?.file ?? 'the data', undefined, await whyNot(response));
  const answer = (await response.json()) as {
    readonly entry?: readonly { readonly response?: { readonly status?: string; readonly outcome?: Outcome } }[];
  };
  for (const [index, resource] of resources.entries()) {
    const told = answer.entry?.[index]?.response;
    if (told?.status?.startsWith('20')) continue;
    throw new DataError(
      resource.file,
      `${resource.type}/${resource.id}`,
      told?.outcome?.issue?.[0]?.diagnostics ?? `the FHIR server answered ${told?.status ?? 'nothing'}`,
    );
  }
}

/** In the server's words where it has some; a full disk in everybody's. */
async function whyNot(response: Response): Promise<string> {
  const outcome = (await response.json().catch(() => undefined)) as Outcome | undefined;
  const told = outcome?.issue?.[0]?.diagnostics;
  if (told?.includes('ENOSPC')) return 'there is no space left on the disk';
  return `the FHIR server answered ${response.status}${told === undefined ? '' : `: ${told}`}`;
}

interface Outcome {
  readonly issue?: readonly { readonly diagnostics?: string }[];
}
