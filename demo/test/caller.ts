/** One caller of a FHIR API over real sockets: answers as status, headers and bytes, and searches followed to their last page. Holds no assertions. */
import { Agent, request } from 'undici';
import { type RawEntry, rawEntries } from './raw-json.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export interface Ask {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Pages {
  /** Status of the first page that was not 200, else 200. */
  readonly status: number;
  readonly pages: readonly Answer[];
  readonly entries: readonly RawEntry[];
}

/** `target`: below the base, or an absolute URL. */
export type FhirCaller = (method: string, target: string, ask?: Ask) => Promise<Answer>;

const MOST_PAGES = 2_000;

/** `ca`: PEM of an authority to trust. */
export function fhirCaller(base: string, authorization: string | undefined, ca?: string): FhirCaller {
  const dispatcher = new Agent({ connections: 8, ...(ca === undefined ? {} : { connect: { ca } }) });
  return async (method, target, { headers = {}, body } = {}) => {
    const url = /^https?:/.test(target) ? target : `${base}${target === '' || target.startsWith('?') ? '' : '/'}${target}`;
    const answer = await request(url, {
      method: method as 'GET',
      dispatcher,
      headers: {
        ...(authorization === undefined ? {} : { authorization }),
        ...(body === undefined ? {} : { 'content-type': 'application/fhir+json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    const flat = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]));
    return { status: answer.statusCode, headers: flat, text: await answer.body.text() };
  };
}

/** GET, and then every `next` to the end. */
export async function allPages(ask: FhirCaller, target: string): Promise<Pages> {
  return follow(ask, await ask('GET', target));
}

/** The pages behind a first answer that is there already. */
export async function follow(ask: FhirCaller, first: Answer): Promise<Pages> {
  const pages = [first];
  const entries = [...(first.status === 200 ? matchesIn(first.text) : [])];
  for (let next = nextOf(first); next !== undefined; next = nextOf(pages.at(-1)!)) {
    if (pages.length >= MOST_PAGES) throw new Error(`no end of pages after ${MOST_PAGES}`);
    const page = await ask('GET', next);
    pages.push(page);
    if (page.status !== 200) return { status: page.status, pages, entries };
    entries.push(...matchesIn(page.text));
  }
  return { status: first.status, pages, entries };
}

/** Without what the server says about the search itself. */
function matchesIn(text: string): readonly RawEntry[] {
  return rawEntries(text).filter(({ type }) => type !== 'OperationOutcome');
}

export function nextOf(page: Answer): string | undefined {
  if (page.status !== 200) return undefined;
  const { link } = JSON.parse(page.text) as { link?: readonly { relation: string; url: string }[] };
  return link?.find(({ relation }) => relation === 'next')?.url;
}

export const keysOf = (entries: readonly RawEntry[]): readonly string[] => entries.map(({ type, id }) => `${type}/${id}`);
