/**
 * What one request has learnt about patients so far. Facts are asked in batches, at most two rounds for each batch of resources: the first for
 * everything at once, the second only when the first revealed further patients. Lives for one request; nothing is remembered beyond it.
 */
import { identityOf } from '../caller.ts';
import { consentWants } from '../decision/facts-wanted.ts';
import type { KnownFacts, Permit } from '../decision/permit.ts';
import type { JsonDocument } from '../json/scan.ts';
import { ownersOf } from './binary-owner.ts';
import type { Draft } from './draft.ts';
import type { Given } from './given.ts';
import type { FactAnswer, FactQuery, Found, Need, Relation } from './need.ts';

export class FactBook implements KnownFacts {
  readonly relations: ReadonlyMap<string, readonly Relation[]>;
  readonly consents: ReadonlyMap<string, readonly Uint8Array[]>;
  readonly containers: ReadonlyMap<string, Uint8Array | undefined>;
  readonly pointers: ReadonlyMap<string, readonly string[] | undefined>;
  readonly #relations = new Map<string, readonly Relation[]>();
  readonly #consents = new Map<string, readonly Uint8Array[]>();
  readonly #subjects = new Map<string, readonly string[]>();
  readonly #pointers = new Map<string, readonly string[] | undefined>();
  readonly #containers = new Map<string, Uint8Array | undefined>();
  readonly #askedContainers = new Set<string>();
  readonly #askedPointers = new Set<string>();
  #memberships: ReadonlySet<string> | undefined;
  #askedMemberships = false;
  readonly #askedRelations = new Set<string>();
  readonly #askedOrganizations = new Set<string>();
  readonly #askedConsents = new Set<string>();
  readonly #askedSubjects = new Set<string>();
  readonly #new = new Set<string>();
  /** Security contexts that the caller sees, and by id of a Binary the patients of what points to it. */
  readonly #contexts = new Set<string>();
  readonly #owners = new Map<string, readonly string[]>();
  readonly #given: Given;
  /** Pages that were read for this request, for whoever lets them go at its end. */
  readonly pages: JsonDocument[] = [];
  /** Something was withheld that breaking the glass would open. */
  wouldOpen = false;

  constructor(given: Given) {
    this.#given = given;
    this.relations = this.#relations;
    this.consents = this.#consents;
    this.pointers = this.#pointers;
    this.containers = this.#containers;
  }

  get memberships(): ReadonlySet<string> | undefined {
    return this.#memberships;
  }

  /** Ask for whatever these permits need in order to judge these drafts. */
  *gather(permits: readonly Permit[], drafts: readonly Draft[]): Generator<Need, void, Found> {
    const binaries = drafts.filter(({ type }) => type === 'Binary');
    if (binaries.length > 0) {
      const { contexts, patients } = yield* ownersOf(this.#given, this, binaries);
      for (const key of contexts) this.#contexts.add(key);
      for (const [id, owners] of patients) this.#owners.set(id, owners);
    }
    const pending: string[] = [];
    const patients = new Set<string>();
    for (const draft of drafts) {
      if (draft.pending.length > 0) pending.push(...draft.pending);
      for (const patient of draft.patients) patients.add(patient);
    }
    for (const { id } of binaries) for (const patient of this.#owners.get(id ?? '') ?? []) patients.add(patient);
    yield* this.#ask([
      ...this.#patientQueries(permits, patients),
      ...this.#subjectQueries(pending),
      ...this.#containerQueries(drafts),
      ...this.#membershipQueries(permits.some(({ needs }) => needs.memberships)),
    ]);
    if (pending.length > 0) {
      const revealed = pending.flatMap((reference) => this.#subjects.get(reference) ?? []);
      yield* this.#ask(this.#patientQueries(permits, revealed));
      for (const patient of revealed) patients.add(patient);
    }
    if (permits.some(({ needs }) => needs.consents)) yield* this.#ask(this.#consentQueries(patients));
  }

  seesContext(key: string): boolean {
    return this.#contexts.has(key);
  }

  /** Undefined: nobody whom the caller sees points to this Binary. */
  ownersOf(binary: string): readonly string[] | undefined {
    return this.#owners.get(binary);
  }

  /** Patients that a pending reference leads to; undefined = it could not be told. */
  subjectsOf(reference: string): readonly string[] | undefined {
    return this.#subjects.get(reference);
  }

  /**
   * A resource that the request itself is about to create, under a name that nobody else has. `patients`: whom it is about, undefined when that
   * cannot be told. Nobody stands in a relation to a patient who is not there yet, and no consent is in force for them.
   */
  announce(type: string, id: string, patients: readonly string[] | undefined): void {
    const key = `${type}/${id}`;
    this.#new.add(key);
    if (patients !== undefined) {
      this.#subjects.set(key, patients);
      this.#askedSubjects.add(key);
    }
    if (type !== 'Patient') return;
    this.#relations.set(id, []);
    this.#askedRelations.add(id);
    this.#askedOrganizations.add(id);
    this.#consents.set(id, []);
    this.#askedConsents.add(id);
  }

  isNew(key: string): boolean {
    return this.#new.has(key);
  }

  #patientQueries(permits: readonly Permit[], patients: Iterable<string>): readonly FactQuery[] {
    const queries: FactQuery[] = [];
    const who = this.#who();
    if (who !== undefined && permits.some(({ needs }) => needs.relations)) {
      // Whoever was asked about without organizations is asked about again where they count.
      const organizations = permits.some(({ needs }) => needs.organizations);
      const asked = fresh(patients, organizations ? this.#askedOrganizations : this.#askedRelations);
      for (const patient of asked) this.#askedRelations.add(patient);
      if (asked.length > 0)
        queries.push({ kind: 'relations', ...who, patients: asked, ...(organizations ? { organizations } : {}) });
    }
    if (permits.some(({ needs }) => needs.consents)) {
      const asked = fresh(patients, this.#askedConsents);
      if (asked.length > 0) queries.push({ kind: 'consents', patients: asked });
    }
    return queries;
  }

  /** What only the consents tell that it is needed: mostly nothing. */
  #consentQueries(patients: ReadonlySet<string>): readonly FactQuery[] {
    const { bases } = this.#given;
    const pointers = new Set<string>();
    let memberships = false;
    for (const patient of patients) {
      const wants = consentWants(this.#consents.get(patient) ?? [], { patient, bases: [bases.ours, bases.upstream] });
      memberships ||= wants.memberships;
      for (const reference of wants.pointers) pointers.add(reference);
    }
    const queries: FactQuery[] = [...this.#membershipQueries(memberships)];
    const references = fresh([...pointers], this.#askedPointers);
    if (references.length > 0) queries.push({ kind: 'pointers', references });
    return queries;
  }

  #membershipQueries(wanted: boolean): readonly FactQuery[] {
    const who = this.#who();
    if (!wanted || this.#askedMemberships || who === undefined) return [];
    this.#askedMemberships = true;
    return [{ kind: 'memberships', ...who }];
  }

  /** Undefined: a stranger, or a service of which nobody said what it is. */
  #who(): { readonly user: string | undefined; readonly fhirUser: string | undefined } | undefined {
    const { caller } = this.#given;
    const [user, fhirUser] = [caller.user?.id, identityOf(caller)];
    return user === undefined && fhirUser === undefined ? undefined : { user, fhirUser };
  }

  #containerQueries(drafts: readonly Draft[]): readonly FactQuery[] {
    const containers: string[] = [];
    for (const draft of drafts) if (draft.containers !== undefined) containers.push(...draft.containers);
    const references = fresh(containers, this.#askedContainers);
    return references.length === 0 ? [] : [{ kind: 'containers', references }];
  }

  #subjectQueries(pending: readonly string[]): readonly FactQuery[] {
    const references = fresh(pending, this.#askedSubjects);
    return references.length === 0 ? [] : [{ kind: 'subjects', references }];
  }

  *#ask(queries: readonly FactQuery[]): Generator<Need, void, Found> {
    if (queries.length === 0) return;
    const found = yield { kind: 'facts', queries };
    if (found.kind !== 'facts' || found.answers.length !== queries.length) throw new Error('the host answered something else');
    for (let at = 0; at < queries.length; at++) this.#note(queries[at]!, found.answers[at]!);
  }

  /** INVARIANT: only what was asked for is noted; an answer about other patients is not a fact about these. */
  #note(query: FactQuery, answer: FactAnswer): void {
    if (query.kind === 'relations' && answer.kind === 'relations') copy(query.patients, answer.relations, this.#relations);
    else if (query.kind === 'consents' && answer.kind === 'consents') copy(query.patients, answer.consents, this.#consents);
    else if (query.kind === 'subjects' && answer.kind === 'subjects') copy(query.references, answer.subjects, this.#subjects);
    else if (query.kind === 'memberships' && answer.kind === 'memberships') this.#memberships = answer.memberships;
    else if (query.kind === 'containers' && answer.kind === 'containers') {
      for (const key of query.references) if (answer.containers.has(key)) this.#containers.set(key, answer.containers.get(key));
    } else if (query.kind === 'pointers' && answer.kind === 'pointers') {
      for (const key of query.references) if (answer.pointers.has(key)) this.#pointers.set(key, answer.pointers.get(key));
    } else throw new Error('the host answered another question');
  }
}

function fresh(keys: Iterable<string>, asked: Set<string>): readonly string[] {
  const unasked: string[] = [];
  for (const key of keys) {
    if (asked.has(key)) continue;
    asked.add(key);
    unasked.push(key);
  }
  return unasked;
}

function copy<Fact>(keys: readonly string[] | 'all', from: ReadonlyMap<string, Fact>, to: Map<string, Fact>): void {
  for (const key of keys === 'all' ? from.keys() : keys) {
    const fact = from.get(key);
    if (fact !== undefined) to.set(key, fact);
  }
}
