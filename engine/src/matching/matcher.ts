/**
 * One criterion as a test on resources (FHIR R4 search.html#ptypes): our own evaluation, for where a criterion may be asked of nothing but the
 * released form (search-semantics §4). What cannot be evaluated exactly here (ValueSets, hierarchies, texts, distances, phonetics) has no matcher.
 */
import { elementNodes } from '../fhir/element-path.ts';
import type { SearchParameter, TypeFacts } from '../fhir/tables.ts';
import type { JsonDocument, JsonNode } from '../json/scan.ts';
import type { Criterion } from '../request/request.ts';
import { compositeMatcher } from './match-composite.ts';
import type { Matching } from './matching.ts';
import { isMatchable, nodesOf } from './nodes-of.ts';
import { valueTest } from './value-test.ts';
import { valuesIn } from './values-in.ts';

export type Matcher = (document: JsonDocument, resource: JsonNode) => boolean;

/** Undefined: cannot be evaluated here. A chain or `_has` is resolved into a plain criterion before. */
export function matcherFor(criterion: Criterion, type: TypeFacts, matching: Matching): Matcher | undefined {
  const { definition, modifier, values, chain, has } = criterion;
  if (chain !== undefined || has !== undefined || !isMatchable(definition)) return undefined;
  if (definition.type === 'composite')
    return modifier === undefined ? compositeMatcher(definition, values, type, matching) : undefined;
  const read = reader(definition, matching);
  if (modifier === 'missing') {
    const wanted = values[0] === 'true';
    return (document, resource) => (read(document, resource).length === 0) === wanted;
  }
  const negated = modifier === 'not';
  const tests = values.map((value) => valueTest(definition, negated ? undefined : modifier, value, matching));
  if (tests.includes(undefined)) return undefined;
  return (document, resource) => read(document, resource).some((found) => tests.some((test) => test!(found))) !== negated;
}

/** All comparable values of a parameter in one resource, in document order. */
export function reader(definition: SearchParameter, { bases }: Matching) {
  return (document: JsonDocument, resource: JsonNode) =>
    definition.name === 'deceased' && definition.kind === 'derived'
      ? [deceased(document, resource)]
      : nodesOf(definition, document, resource).flatMap((node) => valuesIn(definition.type, document, node, bases));
}

/** Patient.deceased: `exists() and != false`, so it always has a value. */
function deceased(document: JsonDocument, resource: JsonNode) {
  const isDead = ['deceasedBoolean', 'deceasedDateTime'].some((element) =>
    elementNodes(document, resource, element).some((node) => document.boolean(node) !== false),
  );
  return { kind: 'token', system: null, code: String(isDead), text: [], kinds: [] } as const;
}
