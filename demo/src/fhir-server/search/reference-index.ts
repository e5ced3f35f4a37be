// Who points at whom, so that "everything of this patient" does not read everything there is. It only proposes candidates: they are
// always matched again, so that an entry which no longer holds does no harm.
import type { Store } from '../storage/store.ts';
import type { Version } from '../storage/version.ts';
import type { SearchParameter } from './definitions.ts';
import { extracted, type Link } from './extract.ts';

interface Table {
  readonly ids: Map<string, Set<string>>;
  /** How much of the store's log is in. */
  read: number;
  epoch: number;
}

export class ReferenceIndex {
  readonly #store: Store;
  readonly #base: string;
  readonly #tables = new Map<string, Table>();

  constructor(store: Store, base: string) {
    this.#store = store;
    this.#base = base;
  }

  candidates(type: string, parameter: SearchParameter, targets: Iterable<string>): readonly Version[] {
    const table = this.#table(type, parameter);
    const ids = new Set<string>();
    for (const target of targets) for (const id of table.ids.get(target) ?? []) ids.add(id);
    return [...ids].map((id) => this.#store.current(type, id)).filter((version) => version !== undefined);
  }

  #table(type: string, parameter: SearchParameter): Table {
    const key = `${type} ${parameter.code}`;
    const { log, epoch } = this.#store;
    let table = this.#tables.get(key);
    if (table === undefined || table.epoch !== epoch) {
      table = { ids: new Map(), read: 0, epoch };
      this.#tables.set(key, table);
    }
    for (; table.read < log.length; table.read++) {
      const version = log[table.read];
      if (version?.facts.type !== type || version.bytes === undefined) continue;
      for (const { target } of extracted(version, parameter, this.#base) as readonly Link[]) {
        if (target === undefined) continue;
        for (const name of new Set([target, target.split('|')[0] ?? target])) {
          const ids = table.ids.get(name) ?? new Set();
          table.ids.set(name, ids.add(version.facts.id));
        }
      }
    }
    return table;
  }
}
