/** Origins of the redirect URIs of registered clients; a change of a client holds on the next request. */
import type { Cluster } from '../storage/cluster.ts';
import { NextRuns } from '../storage/next-runs.ts';

export interface Origins {
  has(origin: string): Promise<boolean>;
}

export interface RedirectingClient {
  readonly redirect_uris: readonly string[];
  readonly disabled: boolean;
}

export function registeredOrigins(list: () => Promise<readonly RedirectingClient[]>, cluster: Cluster): Origins {
  let known: ReadonlySet<string> | undefined;
  let generation = 0;
  const runs = new NextRuns<ReadonlySet<string>>();
  cluster.onChange((change) => {
    if (change.kind !== 'client') return;
    known = undefined;
    generation++;
  });
  return Object.freeze<Origins>({
    async has(origin) {
      // Trust is asked first: it applies what was heard.
      if (cluster.trusted() && known !== undefined) return known.has(origin);
      return (await runs.run('', read)).has(origin);
    },
  });

  async function read(): Promise<ReadonlySet<string>> {
    const trusted = cluster.trusted();
    // The run before this one may have found it.
    if (trusted && known !== undefined) return known;
    const asOf = generation;
    const origins = originsOf(await list());
    // A change that came in while we read would be missing from what we read.
    if (trusted && cluster.trusted() && asOf === generation) known = origins;
    return origins;
  }
}

function originsOf(clients: readonly RedirectingClient[]): ReadonlySet<string> {
  const origins = new Set<string>();
  for (const client of clients) {
    if (client.disabled) continue;
    for (const uri of client.redirect_uris) {
      const origin = URL.canParse(uri) ? new URL(uri).origin : 'null';
      // Custom schemes of native apps have the origin `null`, which is nobody's.
      if (origin !== 'null') origins.add(origin);
    }
  }
  return origins;
}
