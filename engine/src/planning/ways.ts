/**
 * Which way each criterion and sort of a search goes (search-semantics §4): a criterion may only be evaluated on what the caller may see. The
 * answer depends on caller, policies, dialect and request alone, never on data. What is neither pushed nor kept back is refused.
 */
import type { Permit } from '../decision/permit.ts';
import type { SearchParameter, TypeFacts } from '../fhir/tables.ts';
import { type Matcher, matcherFor } from '../matching/matcher.ts';
import type { Matching } from '../matching/matching.ts';
import { sortKeyFor } from '../matching/sort-key.ts';
import { Problem } from '../problem.ts';
import type { Criterion, Sort } from '../request/request.ts';
import type { Dialect } from './dialect.ts';
import { parameterClass } from './parameter-class.ts';
import { masksRead } from './read-parts.ts';
import { touches } from './touches.ts';

/** They run over other resources than the one matched, or are languages of their own. */
const neverServed: ReadonlySet<string> = new Set(['_filter', '_query', '_in', '_list', '_type']);
/** They read the whole text, or reveal a place step by step: only where nothing could be masked, so that what is seen is seen whole. */
const onlyUnmasked: ReadonlySet<string> = new Set(['_text', '_content', 'near']);
/** Of codes: they read value sets and hierarchies, which would not be decided. A search by them is unrolled into plain codes before. */
const readsTerminology: ReadonlySet<string> = new Set(['in', 'not-in', 'above', 'below']);

export interface WaysGiven {
  readonly type: TypeFacts;
  readonly permit: Permit;
  readonly dialect: Dialect;
  readonly matching: Matching;
}

export interface Ways {
  /** Sent to the upstream. */
  readonly pushed: readonly Criterion[];
  /** What the released form of a match must meet: of those that were sent, and of those that were kept back. */
  readonly onReleased: readonly Matcher[];
  /** Something was kept back, so the upstream's matches are only candidates: lawful where they are bounded. */
  readonly keepsBack: boolean;
  /** The order shows in a maskable element, so the sort is ours, on released forms: lawful where matches are bounded. */
  readonly sortsHere: boolean;
}

/** Throws Problem `element-closed` or `parameter-unknown`. */
export function ways(criteria: readonly Criterion[], sort: readonly Sort[], given: WaysGiven): Ways {
  const pushed: Criterion[] = [];
  const onReleased: Matcher[] = [];
  let keepsBack = false;
  for (const criterion of criteria) {
    refuseUnserved(criterion, given);
    const way = wayOf(criterion, given);
    if (way !== 'keep-back') pushed.push(criterion);
    if (way === 'push') continue;
    const matcher = matcherFor(criterion, given.type, given.matching);
    if (matcher === undefined) throw elementClosed();
    onReleased.push(matcher);
    keepsBack ||= way === 'keep-back';
  }
  return { pushed, onReleased, keepsBack, sortsHere: sort.map((one) => mustSortHere(one, given)).includes(true) };
}

function wayOf(criterion: Criterion, { type, permit, dialect }: WaysGiven): 'push' | 'match-again' | 'keep-back' {
  const { definition, modifier } = criterion;
  // Servers may look into the narrative as well, which a mask takes away.
  if (modifier === 'text' && (permit.maskable.length > 0 || permit.masksInside())) return 'keep-back';
  const masksInside = () => couldFindMark(criterion) && permit.masksInside();
  switch (parameterClass(definition, type, masksRead(criterion, permit.maskable, dialect), permit.changeable, masksInside)) {
    case 'untouched':
      return 'push';
    case 'whole':
      return isPositive(criterion) && dialect.matchesAlike.has(definition.type) ? 'match-again' : 'keep-back';
    case 'part':
    case 'derived':
      return 'keep-back';
  }
}

/** The tag of what is masked is found with the rest. Others stay as they are, so that a positive criterion that means none but them reads what is stored. */
function couldFindMark({ definition, modifier, values }: Criterion): boolean {
  if (!definition.paths.some((path) => touches(path, ['meta.tag']))) return false;
  return modifier !== undefined || values.some((value) => /subsetted|v3-observationvalue/i.test(value));
}

/** A positive criterion holds because of a value that is there. `ne` means "none equal" to some servers; what `above` finds depends on them too. */
function isPositive({ definition, modifier, values }: Criterion): boolean {
  // A mask that announces itself puts something where nothing may be stored.
  if (modifier === 'missing' || modifier === 'not') return false;
  const ordered = definition.type === 'date' || definition.type === 'number' || definition.type === 'quantity';
  if (ordered || definition.type === 'composite') return !values.some((value) => /(?:^|\$)(?:ne|ap)/.test(value));
  return modifier !== 'above' && modifier !== 'below' && modifier !== 'text' && modifier !== 'of-type';
}

function refuseUnserved({ definition, modifier }: Criterion, { permit, dialect }: WaysGiven): void {
  const reads = onlyUnmasked.has(definition.name) || definition.type === 'special';
  // Whole texts are read with what is contained.
  const isText = definition.name === '_text' || definition.name === '_content';
  const unmasked = permit.maskable.length === 0 && !(isText && permit.masksInside());
  const seesAll = permit.sight === 'full' && unmasked;
  if (neverServed.has(definition.name)) throw notServed();
  if (definition.type === 'token' && modifier !== undefined && readsTerminology.has(modifier)) throw notServed();
  // Above and below on references walk through parents that may be hidden.
  const walks = definition.type === 'reference' && (modifier === 'above' || modifier === 'below');
  if (walks && !seesAll) throw elementClosed();
  // Without an order of ours the most alike come first, and how alike they are is reckoned over all that there is.
  if (reads && !(unmasked && (dialect.sortById || seesAll))) throw elementClosed();
}

function mustSortHere(one: Sort, { type, permit, matching }: WaysGiven): boolean {
  const { definition } = one;
  if (definition.type === 'special' || definition.type === 'composite' || neverServed.has(definition.name)) throw notServed();
  if (parameterClass(definition, type, permit.maskable, permit.changeable, permit.masksInside) === 'untouched') return false;
  if (sortKeyFor(one, matching) === undefined) throw elementClosed();
  return true;
}

export function elementClosed(): Problem {
  return new Problem('element-closed', 'The search uses an element that is closed to you.');
}

function notServed(): Problem {
  return new Problem('parameter-unknown', 'The search uses a parameter or modifier that is not served.');
}

/** Whether a parameter is read on what may be masked; for compartments, whose parameters are no criteria of the client. */
export function isMaskable(definition: SearchParameter, { type, permit }: Pick<WaysGiven, 'type' | 'permit'>): boolean {
  return parameterClass(definition, type, permit.maskable, permit.changeable, permit.masksInside) !== 'untouched';
}
