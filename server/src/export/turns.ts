/** How many files each client fetches at the moment, on this node. */
export interface Turns {
  /** Throws what `refuse` makes when it would be one too many. */
  take(client: string, refuse: () => Error): void;
  give(client: string): void;
}

export function turns(most: number): Turns {
  const taken = new Map<string, number>();
  return {
    take(client, refuse) {
      const count = taken.get(client) ?? 0;
      if (count >= most) throw refuse();
      taken.set(client, count + 1);
    },
    give(client) {
      const left = (taken.get(client) ?? 1) - 1;
      if (left > 0) taken.set(client, left);
      else taken.delete(client);
    },
  };
}
