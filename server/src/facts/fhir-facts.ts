/** `FactSource` over the upstream and Fireguard's own facts, with caches where every write passes through us (architecture §7). */
import { type FactAnswer, type FactQuery, type FhirTables, Problem, type Relation } from '@fireguard/engine';
import type { Cluster } from '../storage/cluster.ts';
import { NextRuns } from '../storage/next-runs.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { Ask } from './ask.ts';
import type { FactsSettings } from './config.ts';
import type { FactSource } from './fact-source.ts';
import { GuardedCache } from './guarded-cache.ts';
import { RelationBook, type Relations } from './relation-book.ts';
import { TooManyPages, unavailable } from './search-all.ts';
import { upstreamConsents } from './upstream-consents.ts';
import { upstreamMemberships } from './upstream-memberships.ts';
import { upstreamPointers } from './upstream-pointers.ts';
import { upstreamRelations } from './upstream-relations.ts';
import { upstreamResources } from './upstream-resources.ts';
import { upstreamSubjects } from './upstream-subjects.ts';

export interface OwnRelation {
  /** `Patient/123` */
  readonly patient: string;
  readonly relation: string;
}

export interface FhirFactsOptions {
  readonly upstream: Upstream;
  readonly tables: FhirTables;
  /** Our FHIR base. */
  readonly base: string;
  readonly cluster: Cluster;
  /** Fireguard's own facts about a person. */
  readonly ownRelations: (person: string) => Promise<readonly OwnRelation[]>;
  /** Consents that Fireguard keeps, by patient; undefined = it keeps none. */
  readonly ownConsents?: ((patients: readonly string[]) => Promise<ReadonlyMap<string, readonly Uint8Array[]>>) | undefined;
  /** Are there Consent resources in the upstream to be asked for? */
  readonly upstreamConsents?: boolean;
  /** Every write reaches the upstream through us. */
  readonly exclusive: boolean;
  readonly settings: FactsSettings;
  readonly now: () => number;
}

type RelationsQuery = FactQuery & { kind: 'relations' };

const RELATIONS: readonly Relation[] = [
  'self',
  'guardian',
  'general-practitioner',
  'care-team',
  'encounter',
  'emergency-encounter',
  'managing-organization',
  'device',
];
/** Writes to these change facts. A write to the base itself is a transaction and may hold any of them. */
const DECIDING: ReadonlySet<string> = new Set([
  ...['', 'Patient', 'CareTeam', 'Encounter', 'RelatedPerson', 'Consent'],
  ...['PractitionerRole', 'Organization', 'Group', 'Location', 'Device', 'DeviceAssociation'],
]);

export function fhirFacts(options: FhirFactsOptions): FactSource {
  const { cacheSeconds, acceptFactsSecondsOld } = options.settings;
  // What is remembered is exact where every write passes through us; elsewhere only as old as the operator accepts.
  const remembers = options.exclusive || acceptFactsSecondsOld > 0;
  const bounds = { maxAgeMs: (options.exclusive ? cacheSeconds : acceptFactsSecondsOld) * 1000, maxEntries: 10_000 };
  const own = new GuardedCache<readonly OwnRelation[]>(options.cluster, { ...bounds, maxAgeMs: cacheSeconds * 1000 });
  const relations = new GuardedCache<Relations | 'too many'>(options.cluster, bounds);
  const consents = new GuardedCache<readonly Uint8Array[]>(options.cluster, bounds);
  const memberships = new GuardedCache<ReadonlySet<string> | undefined>(options.cluster, bounds);
  const containers = new GuardedCache<Uint8Array | undefined>(options.cluster, bounds);
  const membershipRuns = new NextRuns<ReadonlySet<string> | undefined>();
  const relationRuns = new NextRuns<Relations>();
  const consentRuns = new NextRuns<ReadonlyMap<string, readonly Uint8Array[]>>();
  options.cluster.onChange((change) => {
    if (change.kind !== 'relation') return;
    own.clear();
    relations.clear();
    consents.clear();
    memberships.clear();
    containers.clear();
  });
  const ask = (): Ask => ({
    upstream: options.upstream,
    bounds: options.settings,
    bases: [options.base, options.upstream.base],
    now: options.now(),
  });

  /** With the cache: all relations of the user at once, unless they are more than may be read; then, and without it, those asked for. */
  async function relationsOf(query: RelationsQuery): Promise<Relations> {
    const { user, fhirUser, patients, organizations } = query;
    if (remembers) {
      const all = await relations.get(whoseRelations(query), () => everyRelation({ ...query, patients: 'all' }));
      if (all !== 'too many') return all;
    }
    const question = JSON.stringify([user, fhirUser, patients, organizations]);
    return relationRuns.run(question, () => gathered(query));
  }

  async function everyRelation(query: RelationsQuery): Promise<Relations | 'too many'> {
    try {
      return await gathered(query);
    } catch (error) {
      if (error instanceof Problem && error.cause instanceof TooManyPages) return 'too many';
      throw error;
    }
  }

  /** Our own facts and the upstream's together. */
  async function gathered({ user, fhirUser, patients, organizations }: RelationsQuery): Promise<Relations> {
    const [ours, theirs] = await Promise.all([
      user === undefined ? [] : own.get(user, () => options.ownRelations(user)),
      fhirUser === undefined
        ? undefined
        : upstreamRelations(ask(), fhirUser, { patients, organizations: organizations === true }, options.tables),
    ]);
    const book = theirs ?? new RelationBook();
    for (const { patient, relation } of ours) {
      const known = RELATIONS.find((one) => one === relation);
      if (known !== undefined) book.add(patient.replace(/^Patient\//, ''), known);
    }
    return book.relations(patients === 'all' ? undefined : patients);
  }

  const askConsents = (patients: readonly string[]) => consentRuns.run(patients.join(), () => gatherConsents(patients));

  /** The upstream's and our own, at the same time. */
  async function gatherConsents(patients: readonly string[]): Promise<ReadonlyMap<string, readonly Uint8Array[]>> {
    const asksUpstream = (options.upstreamConsents ?? true) && !options.settings.acceptUpstreamWithoutConsents;
    const [theirs, ours] = await Promise.all([
      asksUpstream ? upstreamConsents(ask(), patients) : undefined,
      options.ownConsents?.(patients),
    ]);
    return new Map(patients.map((patient) => [patient, [...(theirs?.get(patient) ?? []), ...(ours?.get(patient) ?? [])]]));
  }

  async function consentsOf(patients: readonly string[]): Promise<ReadonlyMap<string, readonly Uint8Array[]>> {
    if (!remembers) return askConsents(patients);
    const { known, missing } = consents.peekAll(patients);
    if (missing.length === 0) return known;
    const keep = consents.begin();
    for (const [patient, found] of await askConsents(missing)) {
      keep(patient, found);
      known.set(patient, found);
    }
    return known;
  }

  /** Encounters, from the cache where that may be trusted; the rest in one search. */
  async function containersOf(references: readonly string[]): Promise<ReadonlyMap<string, Uint8Array | undefined>> {
    const { known, missing } = containers.peekAll(references);
    if (missing.length === 0) return known;
    const keep = containers.begin();
    for (const [reference, text] of await upstreamResources(ask(), options.tables, missing)) {
      if (remembers) keep(reference, text);
      known.set(reference, text);
    }
    return known;
  }

  async function membershipsOf({ user, fhirUser }: FactQuery & { kind: 'memberships' }) {
    if (fhirUser === undefined) return undefined;
    const load = () => upstreamMemberships(ask(), fhirUser);
    return remembers ? memberships.get(`${user ?? ''} ${fhirUser}`, load) : membershipRuns.run(fhirUser, load);
  }

  /** Told at once; undefined where anything must be asked for. What is not to be remembered is in no cache. */
  function remembered(query: FactQuery): FactAnswer | undefined {
    switch (query.kind) {
      case 'relations': {
        const all = relations.peek(whoseRelations(query));
        return all === undefined || all === 'too many' ? undefined : { kind: 'relations', relations: all };
      }
      case 'consents': {
        const { known, missing } = consents.peekAll(query.patients);
        return missing.length > 0 ? undefined : { kind: 'consents', consents: known };
      }
      case 'containers': {
        const { known, missing } = containers.peekAll(query.references);
        return missing.length > 0 ? undefined : { kind: 'containers', containers: known };
      }
      default:
        return undefined;
    }
  }

  async function one(query: FactQuery): Promise<FactAnswer> {
    switch (query.kind) {
      case 'relations':
        return { kind: 'relations', relations: await relationsOf(query) };
      case 'consents':
        return { kind: 'consents', consents: await consentsOf(query.patients) };
      case 'subjects':
        return { kind: 'subjects', subjects: await upstreamSubjects(ask(), options.tables, query.references) };
      case 'memberships':
        return { kind: 'memberships', memberships: await membershipsOf(query) };
      case 'containers':
        return { kind: 'containers', containers: await containersOf(query.references) };
      case 'pointers':
        return { kind: 'pointers', pointers: await upstreamPointers(ask(), options.tables, query.references) };
    }
  }

  return Object.freeze<FactSource>({
    async answer(queries) {
      try {
        const known = queries.map(remembered);
        if (known.every((each) => each !== undefined)) return known;
        return await Promise.all(queries.map((query, at) => known[at] ?? one(query)));
      } catch (cause) {
        throw cause instanceof Problem ? cause : unavailable('a fact could not be had', cause);
      }
    },
    async written(path) {
      const type = path.split(/[/?]/, 1)[0]!;
      if (!remembers || !DECIDING.has(type)) return;
      await options.cluster.announce({ kind: 'relation', id: '*' });
    },
  });
}

function whoseRelations({ user, fhirUser, organizations }: RelationsQuery): string {
  return `${user ?? ''} ${fhirUser ?? ''}${organizations === true ? ' organizations' : ''}`;
}
