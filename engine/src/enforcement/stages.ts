/**
 * Chains, `_has` and what is read of terminology unrolled into searches of their own (search-semantics §5): each is authorised for its type, and what it
 * finds is released before it feeds on. INVARIANT: a criterion that a stage leaves without any id matches nothing, never everything.
 */
import { decide } from '../decision/decide.ts';
import type { Permit } from '../decision/permit.ts';
import type { TypeFacts } from '../fhir/tables.ts';
import { reader } from '../matching/matcher.ts';
import { matchingOf, planSearch } from '../planning/plan-search.ts';
import { Problem } from '../problem.ts';
import { releasedForm } from '../release/released-form.ts';
import type { Visible } from '../release/visible.ts';
import type { Criterion } from '../request/request.ts';
import { byCodes, readsTerminology } from './coded-criterion.ts';
import type { FactBook } from './fact-book.ts';
import { gatherAll } from './gather-all.ts';
import type { Given } from './given.ts';
import { membersOf } from './members-of.ts';
import type { Found, Need } from './need.ts';
import { plainCriterion, plainSearch } from './plain-search.ts';
import { TerminologyBook } from './terminology-book.ts';

export class Stages {
  readonly #given: Given;
  readonly #book: FactBook;
  readonly #permits = new Map<string, Permit | undefined>();
  readonly #terminology: TerminologyBook;
  #left: number;
  /** Resources that stages came across and did not show, for the audit record. */
  withheld = 0;

  constructor(given: Given, book: FactBook) {
    this.#given = given;
    this.#book = book;
    this.#left = given.limits.stages;
    this.#terminology = new TerminologyBook(given, this);
  }

  /** Undefined: no resource of the type is open to the caller. */
  permitFor(type: string): Permit | undefined {
    if (!this.#permits.has(type)) {
      const decided = decide({ ...this.#given, interaction: 'search', type });
      this.#permits.set(type, decided.kind === 'permit' ? decided : undefined);
    }
    return this.#permits.get(type);
  }

  /** The same criteria without chains, `_has`, and modifiers that read terminology; undefined: nothing can match. Every stage is run, so that a refusal depends on no order. */
  *plain(criteria: readonly Criterion[], type: TypeFacts, depth = 0): Generator<Need, readonly Criterion[] | undefined, Found> {
    const plain: Criterion[] = [];
    let possible = true;
    for (const criterion of criteria) {
      const { has, chain } = criterion;
      const one =
        has !== undefined
          ? yield* this.#pointing(criterion, has, type, depth)
          : chain !== undefined
            ? yield* this.#chained(criterion, chain, type, depth)
            : yield* this.#local(criterion, type);
      if (one === undefined) continue;
      possible &&= one.values.length > 0;
      plain.push(one);
    }
    return possible ? plain : undefined;
  }

  /** search.html#list, R5 search.html#_in: the ids of this type in a List, Group or CareTeam (`Type/id`), as far as the caller sees them there. */
  *listed(collection: string | undefined, type: TypeFacts): Generator<Need, readonly Criterion[], Found> {
    if (collection === undefined) return [];
    const [name = '', id = ''] = collection.split('/');
    const facts = this.#given.tables.types.get(name)!;
    const permit = this.permitFor(name);
    if (permit === undefined) throw typeClosed();
    const byId = plainCriterion(facts.searchParameters.get('_id')!, [id]);
    const [found] = (yield* this.search(permit, facts, [byId], 1)).filter((one) => one.id === id);
    const keys = found === undefined ? [] : membersOf(found, this.#given);
    const ids = keys.filter((key) => key.startsWith(`${type.name}/`)).map((key) => key.slice(type.name.length + 1));
    if (ids.length > this.#given.limits.stageIds) throw tooCostly();
    return [plainCriterion(type.searchParameters.get('_id')!, [...new Set(ids)])];
  }

  /** All visible resources of `type` that meet the criteria. */
  *search(
    permit: Permit,
    type: TypeFacts,
    criteria: readonly Criterion[],
    depth: number,
  ): Generator<Need, readonly Visible[], Found> {
    if (depth > this.#given.limits.chainDepth || this.#left-- <= 0) throw tooCostly();
    return yield* this.#all(permit, type, criteria, depth, this.#given.limits.stageIds);
  }

  /** The same for what is included, which has limits of its own. */
  include(permit: Permit, type: TypeFacts, criteria: readonly Criterion[]): Generator<Need, readonly Visible[], Found> {
    return this.#all(permit, type, criteria, this.#given.limits.chainDepth, this.#given.limits.included);
  }

  *#all(
    permit: Permit,
    type: TypeFacts,
    criteria: readonly Criterion[],
    depth: number,
    most: number,
  ): Generator<Need, readonly Visible[], Found> {
    const { tables, dialect, bases, now } = this.#given;
    const plain = yield* this.plain(criteria, type, depth);
    if (plain === undefined) return [];
    const plan = planSearch(plainSearch(this.#given, type.name, plain), permit, {
      type,
      tables,
      dialect,
      bases,
      now,
      count: undefined,
    });
    const { visible, withheld } = yield* gatherAll(this.#given, this.#book, permit, plan, most);
    this.withheld += withheld;
    return visible;
  }

  /** Read in the resource itself; undefined: everything meets it. */
  *#local(criterion: Criterion, type: TypeFacts): Generator<Need, Criterion | undefined, Found> {
    const definition = type.searchParameters.get(criterion.name) ?? criterion.definition;
    if (!readsTerminology(criterion, definition)) return { ...criterion, definition };
    return yield* byCodes(this.#terminology, criterion, definition, this.#given.limits.stageIds);
  }

  /** `subject:Patient.name=x`: the reference must point to one of what was found in the types that it leads to. */
  *#chained(
    criterion: Criterion,
    [link, ...rest]: NonNullable<Criterion['chain']>,
    type: TypeFacts,
    depth: number,
  ): Generator<Need, Criterion, Found> {
    const definition = type.searchParameters.get(link!.name)!;
    const next = rest[0]!.name;
    const names = link!.type === undefined ? definition.targets : [link!.type];
    const ids: string[] = [];
    let open = false;
    for (const name of names) {
      const target = this.#given.tables.types.get(name);
      const inner = target?.searchParameters.get(next);
      if (target === undefined || inner === undefined || target.category === 'none') continue;
      if (rest.length > 1 && inner.type !== 'reference') continue;
      const permit = this.permitFor(name);
      if (permit === undefined) continue;
      open = true;
      const last = { ...criterion, name: next, definition: inner, chain: rest.length > 1 ? rest : undefined };
      const found = yield* this.search(permit, target, [last], depth + 1);
      ids.push(...found.map(({ id }) => `${name}/${id}`));
    }
    if (!open) throw typeClosed();
    if (ids.length > this.#given.limits.stageIds) throw tooCostly();
    return { name: definition.name, definition, modifier: undefined, values: ids, chain: undefined, has: undefined };
  }

  /** `_has:Observation:patient:code=x`: the ids that what was found points to, as far as the caller sees it point. */
  *#pointing(
    criterion: Criterion,
    [step, ...more]: NonNullable<Criterion['has']>,
    type: TypeFacts,
    depth: number,
  ): Generator<Need, Criterion, Found> {
    const source = this.#given.tables.types.get(step!.type)!;
    const permit = this.permitFor(source.name);
    if (permit === undefined) throw typeClosed();
    const inner = { ...criterion, has: more.length > 0 ? more : undefined };
    const found = yield* this.search(permit, source, [inner], depth + 1);
    const keys = referencedKeys(this.#given, source.searchParameters.get(step!.reference)!, found);
    const ids = [...keys].filter((key) => key.startsWith(`${type.name}/`)).map((key) => key.slice(type.name.length + 1));
    const definition = type.searchParameters.get('_id')!;
    return { name: '_id', definition, modifier: undefined, values: ids, chain: undefined, has: undefined };
  }
}

const literal = /^[A-Z][A-Za-z]{0,63}\/[A-Za-z0-9\-.]{1,64}$/;

/** `Type/id` of all that these resources point to by one parameter, read from their released forms. */
export function referencedKeys(
  given: Given,
  definition: Criterion['definition'],
  from: readonly Visible[],
): ReadonlySet<string> {
  const read = reader(definition, matchingOf(given));
  const keys = new Set<string>();
  for (const one of from) {
    const { document, node } = releasedForm(one);
    for (const value of read(document, node)) {
      if (value.kind === 'link' && value.target !== undefined && literal.test(value.target)) keys.add(value.target);
    }
  }
  return keys;
}

function tooCostly(): Problem {
  return new Problem('too-costly', 'The search is too costly. Narrow it.');
}

function typeClosed(): Problem {
  return new Problem('forbidden', 'The search uses a type that is closed to you.');
}
