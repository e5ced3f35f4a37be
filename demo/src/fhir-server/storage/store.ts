/**
 * All versions of all resources, in memory, and through the journal on disk. Writes happen inside `write`: all or none, in one
 * turn of the event loop, so that no check and its write can be parted. It must not look into a resource.
 */
import type { Journal } from './journal.ts';
import { Version, type VersionFacts } from './version.ts';

export interface Writer {
  put(type: string, id: string, method: 'POST' | 'PUT', stamp: (facts: VersionFacts) => Uint8Array): Version;
  remove(type: string, id: string): Version;
}

export class Store {
  readonly #types = new Map<string, Map<string, Version[]>>();
  readonly #log: Version[] = [];
  readonly #journal: Journal | undefined;
  readonly #now: () => Date;
  #epoch = 0;

  constructor(options: {
    readonly journal: Journal | undefined;
    readonly now: () => Date;
    readonly found: readonly Version[];
  }) {
    this.#journal = options.journal;
    this.#now = options.now;
    for (const version of options.found) this.#append(version);
  }

  /** The latest version, perhaps a deletion; undefined when there never was one. */
  latest(type: string, id: string): Version | undefined {
    return this.#types.get(type)?.get(id)?.at(-1);
  }

  /** The living resource, or undefined. */
  current(type: string, id: string): Version | undefined {
    const version = this.latest(type, id);
    return version?.bytes === undefined ? undefined : version;
  }

  /** Oldest first; empty when there never was one. */
  versions(type: string, id: string): readonly Version[] {
    return this.#types.get(type)?.get(id) ?? [];
  }

  /** The living resources of a type in the order in which they were created. */
  *all(type: string): Iterable<Version> {
    for (const versions of this.#types.get(type)?.values() ?? []) {
      const version = versions.at(-1);
      if (version?.bytes !== undefined) yield version;
    }
  }

  /** Every version ever written, oldest first. */
  get log(): readonly Version[] {
    return this.#log;
  }

  /** Changes when the log was cut back, so that whoever follows it starts again. */
  get epoch(): number {
    return this.#epoch;
  }

  /**
   * Runs `change`, which sees its own writes. When it throws, nothing has happened. `durable` resolves when the writes are on disk:
   * INVARIANT: nobody is told of a write before that.
   */
  write<T>(change: (writer: Writer) => T): { readonly result: T; readonly durable: Promise<void> } {
    const start = this.#log.length;
    const lastUpdated = this.#now().toISOString();
    const next = (type: string, id: string, method: VersionFacts['method']): VersionFacts => {
      const before = this.versions(type, id);
      const sequence = this.#log.length + 1;
      return {
        type,
        id,
        version: before.length + 1,
        lastUpdated,
        method,
        sequence,
        created: before[0]?.facts.sequence ?? sequence,
      };
    };
    const writer: Writer = {
      put: (type, id, method, stamp) => {
        const facts = next(type, id, method);
        return this.#append(new Version(facts, stamp(facts)));
      },
      remove: (type, id) => this.#append(new Version(next(type, id, 'DELETE'), undefined)),
    };
    try {
      const result = change(writer);
      const written = this.#log.slice(start);
      return {
        result,
        durable: written.length === 0 || this.#journal === undefined ? Promise.resolve() : this.#journal.append(written),
      };
    } catch (error) {
      this.#cutBack(start);
      throw error;
    }
  }

  #append(version: Version): Version {
    const { type, id } = version.facts;
    const ofType = this.#types.get(type) ?? new Map<string, Version[]>();
    this.#types.set(type, ofType);
    const versions = ofType.get(id);
    if (versions === undefined) ofType.set(id, [version]);
    else versions.push(version);
    this.#log.push(version);
    return version;
  }

  #cutBack(length: number): void {
    if (this.#log.length === length) return;
    this.#epoch += 1;
    for (const version of this.#log.splice(length).reverse()) {
      const ofType = this.#types.get(version.facts.type);
      const versions = ofType?.get(version.facts.id);
      versions?.pop();
      if (versions?.length === 0) ofType?.delete(version.facts.id);
    }
  }
}
