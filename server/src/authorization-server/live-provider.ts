/**
 * The provider in use: built anew when signing keys change, without downtime, since all that it remembers is in the database. INVARIANT: a request that
 * begins after a change of keys was acknowledged is answered with the new ones.
 */
import type Provider from 'oidc-provider';
import type { Cluster } from '../storage/cluster.ts';
import type { TokenKeys } from '../token/keys.ts';

export interface LiveProvider {
  /** For what has begun: the provider as it is now. */
  now(): Provider;
  /** For what begins: the provider with the keys in force. */
  fresh(): Promise<Provider>;
}

export async function createLiveProvider(use: {
  readonly cluster: Cluster;
  readonly load: () => Promise<TokenKeys>;
  readonly build: (keys: TokenKeys) => Provider;
}): Promise<LiveProvider> {
  let provider = use.build(await use.load());
  let stale = 0;
  let built = 0;
  let underway: Promise<void> | undefined;
  use.cluster.onChange(({ kind }) => {
    if (kind === 'key') stale += 1;
  });
  const rebuild = async () => {
    const wanted = stale;
    provider = use.build(await use.load());
    built = wanted;
  };
  return {
    now: () => provider,
    async fresh() {
      // Changes that were heard are applied inside this question.
      use.cluster.trusted();
      while (built !== stale) {
        underway ??= rebuild().finally(() => {
          underway = undefined;
        });
        await underway;
      }
      return provider;
    },
  };
}
