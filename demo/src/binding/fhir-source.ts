// A FHIR server that we know nothing of: asked little, patiently, and never believed to be clever (no `_sort`, `_summary`, `_total`).

export interface FhirSource {
  /** FHIR base URL without a slash at the end. */
  readonly url: string;
  /** Value of the Authorization header, if the server wants one. */
  readonly authorization?: string;
}

export type Resource = { readonly [name: string]: unknown };

const ONE_ANSWER = 15_000;
const ALL_ANSWERS = 90_000;
const MOST_REQUESTS = 150;

/** INVARIANT: a bounded number of requests in bounded time; the credential goes to the server's own origin and nowhere else. */
export class SourceReader {
  readonly #source: FhirSource;
  readonly #deadline = Date.now() + ALL_ANSWERS;
  #requests = 0;

  constructor(source: FhirSource) {
    this.#source = source;
  }

  /** Resources of the type searched for, from at most `pages` pages. Throws an Error with one clear line when the server cannot be used. */
  async search(query: string, pages: number): Promise<readonly Resource[]> {
    const type = /^[A-Za-z]+/.exec(query)?.[0];
    const found: Resource[] = [];
    let next: string | undefined = `${this.#source.url}/${query}`;
    for (let page = 0; page < pages && next !== undefined; page++) {
      const bundle: Bundle = await this.#get(next);
      for (const { resource } of bundle.entry ?? [])
        if (resource !== undefined && resource['resourceType'] === type) found.push(resource);
      next = this.#ownLink(bundle.link?.find(({ relation }) => relation === 'next')?.url);
    }
    return found;
  }

  /** How many match, as far as can be seen cheaply: the total when the server tells it, else what the first page holds. */
  async count(query: string): Promise<number> {
    const bundle = await this.#get(`${this.#source.url}/${query}`);
    return typeof bundle.total === 'number' ? bundle.total : (bundle.entry?.length ?? 0);
  }

  /** Undefined when the server does not have it. */
  async read(reference: string): Promise<Resource | undefined> {
    const response = await this.#fetch(`${this.#source.url}/${reference}`);
    if (!response.ok) return undefined;
    return (await response.json().catch(() => undefined)) as Resource | undefined;
  }

  async #get(url: string): Promise<Bundle> {
    const response = await this.#fetch(url);
    if (!response.ok)
      throw new Error(
        `${this.#source.url} answered ${response.status} to a search: is it a FHIR server, and is the credential right?`,
      );
    const body = (await response.json().catch(() => undefined)) as Bundle | undefined;
    if (body?.resourceType !== 'Bundle')
      throw new Error(`${this.#source.url} did not answer a search with a FHIR Bundle in JSON`);
    return body;
  }

  async #fetch(url: string): Promise<Response> {
    this.#requests += 1;
    const left = this.#deadline - Date.now();
    if (this.#requests > MOST_REQUESTS || left <= 0)
      throw new Error(`${this.#source.url} is too slow to bind the personas to its data`);
    const { authorization } = this.#source;
    try {
      return await fetch(url, {
        headers: { accept: 'application/fhir+json', ...(authorization === undefined ? {} : { authorization }) },
        redirect: 'error',
        signal: AbortSignal.timeout(Math.min(ONE_ANSWER, left)),
      });
    } catch (error) {
      const reason = (error as Error).name === 'TimeoutError' ? 'does not answer in time' : 'cannot be reached';
      throw new Error(`${this.#source.url} ${reason}`, { cause: error });
    }
  }

  #ownLink(url: string | undefined): string | undefined {
    if (url === undefined || !URL.canParse(url, this.#source.url)) return undefined;
    const link = new URL(url, this.#source.url);
    return link.origin === new URL(this.#source.url).origin ? link.href : undefined;
  }
}

interface Bundle {
  readonly resourceType?: string;
  readonly total?: number;
  readonly entry?: readonly { readonly resource?: Resource }[];
  readonly link?: readonly { readonly relation: string; readonly url: string }[];
}
