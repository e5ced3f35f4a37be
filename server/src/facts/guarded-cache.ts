/**
 * A cache that is allowed to decide: used only while this node holds its lease, emptied by a change, bounded in age and size. INVARIANT: what
 * was read before a change is never kept after it, even when the read ended later (`#generation`); `trusted()` is asked first, because it applies
 * what was heard.
 */
import type { Cluster } from '../storage/cluster.ts';
import { NextRuns } from '../storage/next-runs.ts';

export interface CacheBounds {
  readonly maxAgeMs: number;
  readonly maxEntries: number;
}

export class GuardedCache<Value> {
  readonly #entries = new Map<string, { readonly value: Value; readonly until: number }>();
  readonly #cluster: Pick<Cluster, 'trusted'>;
  readonly #bounds: CacheBounds;
  readonly #runs = new NextRuns<Value>();
  #generation = 0;

  constructor(cluster: Pick<Cluster, 'trusted'>, bounds: CacheBounds) {
    this.#cluster = cluster;
    this.#bounds = bounds;
  }

  /** What is known and may be trusted now. */
  peek(key: string): Value | undefined {
    if (!this.#cluster.trusted()) return undefined;
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.until > performance.now() ? entry.value : undefined;
  }

  /** The same of many at once: what is known, and which of them are not. */
  peekAll(keys: readonly string[]): { readonly known: Map<string, Value>; readonly missing: readonly string[] } {
    const known = new Map<string, Value>();
    const missing: string[] = [];
    const trusted = this.#cluster.trusted();
    const now = performance.now();
    for (const key of keys) {
      const entry = trusted ? this.#entries.get(key) : undefined;
      if (entry !== undefined && entry.until > now) known.set(key, entry.value);
      else missing.push(key);
    }
    return { known, missing };
  }

  /** The cached value, or what `load` gives, which is kept when nothing changed meanwhile. Many who miss the same at once share one `load`. */
  async get(key: string, load: () => Promise<Value>): Promise<Value> {
    const known = this.peek(key);
    if (known !== undefined) return known;
    return this.#runs.run(key, async () => {
      // The run before this one may have found it.
      const found = this.peek(key);
      if (found !== undefined) return found;
      const keep = this.begin();
      const value = await load();
      keep(key, value);
      return value;
    });
  }

  /** Call before reading; the function it gives keeps what was read, unless it may be out of date by then. */
  begin(): (key: string, value: Value) => void {
    const trusted = this.#cluster.trusted();
    const generation = this.#generation;
    const until = performance.now() + this.#bounds.maxAgeMs;
    return (key, value) => {
      if (!trusted || !this.#cluster.trusted() || generation !== this.#generation) return;
      if (this.#entries.size >= this.#bounds.maxEntries) this.#entries.clear();
      this.#entries.set(key, { value, until });
    };
  }

  clear(): void {
    this.#generation++;
    this.#entries.clear();
  }
}
