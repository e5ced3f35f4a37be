/**
 * What nodes that share one database promise each other (architecture §11): a change is acknowledged only when every live node has
 * confirmed it or its lease has lapsed; a node without a lease trusts no cache.
 */
export type ChangeKind = 'token' | 'person' | 'client' | 'policy' | 'relation' | 'key';

export interface Change {
  readonly kind: ChangeKind;
  /** Id of what changed; `*` = everything of the kind. */
  readonly id: string;
}

export interface Cluster {
  /** This node's name. */
  readonly node: string;
  /**
   * True while this node holds a lease: caches may be trusted. False: read everything afresh. Changes that were heard and not applied yet are
   * applied first, so ask before looking into a cache or at what a change would have touched, never after. Costs some 100 ns.
   */
  trusted(): boolean;
  /**
   * Registers a handler that drops what is cached of a change; it must be synchronous and must not throw. It runs at the latest inside the next
   * `trusted()`, before that answers; within it nothing is trusted. A node that comes back after it had
   * lost its lease is told `*` of every kind before it is trusted again.
   * INVARIANT for caches: a value whose reading was under way when a change arrived must not be kept, nor one read while not trusted.
   */
  onChange(apply: (change: Change) => void): void;
  /** Applies it here, tells the others, resolves once it holds on every live node. */
  announce(change: Change): Promise<void>;
}
