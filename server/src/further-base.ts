/**
 * A further FHIR server behind us, under a base of its own: everything that is its own, and the rest of the first base's. INVARIANT: nothing that names a
 * person or a patient of one server counts at another: identities, relations, consents of ours, cursors and facts end at the base.
 */
import { createHmac } from 'node:crypto';
import { recordsOfBase } from './audit-log/records-of-base.ts';
import { type AuthenticationOptions, authentication } from './authentication/authenticate.ts';
import { withoutIdentity } from './authentication/without-identity.ts';
import type { FactsSettings } from './facts/config.ts';
import { fhirFacts } from './facts/fhir-facts.ts';
import type { Collaborators } from './gateway/collaborators.ts';
import { cursorSeal } from './gateway/cursor-seal.ts';
import type { Cluster } from './storage/cluster.ts';
import type { FurtherUpstream } from './upstream/config.ts';
import { dialectOf } from './upstream/dialects.ts';
import { pooledUpstream } from './upstream/pooled-upstream.ts';
import { tablesOf } from './upstream/tables-of.ts';

export interface FurtherBaseOptions {
  readonly factsSettings: FactsSettings;
  readonly settings: FurtherUpstream;
  readonly base: string;
  /** Of the first base. */
  readonly first: Collaborators;
  readonly authentication: AuthenticationOptions;
  readonly policies: Collaborators['policies'];
  readonly protection: NonNullable<Collaborators['protection']>;
  readonly cluster: Cluster;
  readonly cursorKeys: readonly Uint8Array[];
  /** The token endpoint that names this base. */
  readonly tokenEndpoint: string;
}

export function furtherBase(options: FurtherBaseOptions): Collaborators {
  const { settings, base, first, cluster } = options;
  const tables = tablesOf(settings);
  const upstream = pooledUpstream(settings);
  return {
    ...first,
    authenticate: withoutIdentity(authentication({ ...options.authentication, audience: base })),
    policies: options.policies,
    protection: options.protection,
    tables,
    upstream,
    facts: fhirFacts({
      upstream,
      tables,
      base,
      cluster,
      ownRelations: async () => [],
      ownConsents: undefined,
      // What Fireguard keeps of consents is about patients of the first base, so those of this server are always asked.
      upstreamConsents: true,
      exclusive: settings.exclusive,
      settings: options.factsSettings,
      now: first.now,
    }),
    dialect: dialectOf(settings.dialect, settings.abilities),
    audit: recordsOfBase(first.audit, base),
    cursors: cursorSeal(options.cursorKeys.map((key) => createHmac('sha256', key).update(base).digest())),
    base,
    authorization: { ...first.authorization, token: options.tokenEndpoint },
  };
}
