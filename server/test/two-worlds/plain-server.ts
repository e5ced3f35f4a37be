/** The demo FHIR server with nothing in it but what one caller may see: what the gateway's answers are held against. */
import type { Json } from './json.ts';
import type { NaiveDecider } from './naive/decider.ts';
import { withDuties } from './naive/mask.ts';
import { ourBase } from './scenario.ts';
import { type PlainAnswer, Upstream } from './upstream.ts';

export class PlainServer {
  readonly #decider: NaiveDecider;
  readonly #from: Upstream;
  #server: Upstream | undefined;
  /** Labels that travel with what leaves, by `Type/id`. */
  readonly #duties = new Map<string, readonly string[]>();

  constructor(decider: NaiveDecider, from: Upstream) {
    this.#decider = decider;
    this.#from = from;
  }

  /** What it is made from has changed. */
  changed(): void {
    this.#server = undefined;
  }

  /** Made now, of what there is now: before something is written. */
  ready(): void {
    this.#server ??= this.#fill();
  }

  async get(path: string): Promise<PlainAnswer & { readonly json: Json }> {
    this.ready();
    const answer = await this.#server!.plain({ method: 'GET', path });
    return { ...answer, json: answer.text === '' ? undefined : this.#leaving(JSON.parse(answer.text)) };
  }

  #leaving(json: Json): Json {
    // One that is stored is a resource like others.
    if (json.resourceType === 'Bundle' && json.type !== 'collection')
      return { ...json, entry: json.entry?.map((one: Json) => ({ ...one, resource: this.#leaving(one.resource) })) };
    return withDuties(json, this.#duties.get(`${json.resourceType}/${json.id}`) ?? []);
  }

  #fill(): Upstream {
    this.#duties.clear();
    const server = new Upstream(ourBase);
    for (const [, current] of [...this.#from.current()].sort(([one], [other]) => (one < other ? -1 : 1))) {
      const seen = this.#decider.sees(current, 'search');
      if (typeof seen !== 'object') continue;
      const told = `${current.resourceType}/${seen.searched.id}`;
      server.put(told, seen.searched, current.meta.lastUpdated);
      this.#duties.set(told, seen.duties);
    }
    return server;
  }
}
