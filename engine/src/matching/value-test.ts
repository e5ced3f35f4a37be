/** One value of a criterion as a test on the values of a resource. Undefined: the modifier cannot be evaluated here. */
import type { SearchParameter } from '../fhir/tables.ts';
import { amountTest } from './match-amount.ts';
import { dateTest } from './match-date.ts';
import { referenceTest } from './match-reference.ts';
import { stringTest, uriTest } from './match-text.ts';
import { ofTypeTest, tokenTest, tokenTextTest } from './match-token.ts';
import type { Matching } from './matching.ts';
import type { SearchValue, TokenValue } from './values-in.ts';

export type ValueTest = (found: SearchValue) => boolean;

export function valueTest(
  definition: SearchParameter,
  modifier: string | undefined,
  value: string,
  matching: Matching,
): ValueTest | undefined {
  switch (definition.type) {
    case 'token': {
      const test = codeTest(modifier, value, matching);
      return test === undefined ? undefined : (found) => found.kind === 'token' && test(found);
    }
    case 'string': {
      if (modifier !== undefined && modifier !== 'exact' && modifier !== 'contains') return undefined;
      const test = stringTest(value, modifier, matching.foldsAccents);
      return (found) => found.kind === 'text' && test(found);
    }
    case 'uri': {
      if (modifier !== undefined && modifier !== 'above' && modifier !== 'below') return undefined;
      const test = uriTest(value, modifier);
      return (found) => found.kind === 'text' && test(found);
    }
    case 'date': {
      const test = modifier === undefined ? dateTest(value, matching.approximateAt) : undefined;
      return test === undefined ? undefined : (found) => found.kind === 'range' && test(found);
    }
    case 'number':
    case 'quantity': {
      if (modifier !== undefined) return undefined;
      const test = amountTest(value);
      return (found) => found.kind === 'amount' && test(found);
    }
    case 'reference':
      return linkTest(definition, modifier, value, matching);
    case 'composite':
    case 'special':
      return undefined;
  }
}

/** Hierarchies and ValueSets of codes are not here to be asked. */
function codeTest(
  modifier: string | undefined,
  value: string,
  matching: Matching,
): ((found: TokenValue) => boolean) | undefined {
  switch (modifier) {
    case undefined:
      return tokenTest(value, matching);
    case 'text':
      return matching.approximateAt === undefined ? undefined : tokenTextTest(value);
    case 'of-type':
      return ofTypeTest(value);
    default:
      return undefined;
  }
}

function linkTest(
  definition: SearchParameter,
  modifier: string | undefined,
  value: string,
  matching: Matching,
): ValueTest | undefined {
  if (modifier === 'identifier') {
    const test = tokenTest(value, matching);
    return (found) => found.kind === 'link' && found.identifier !== undefined && test(found.identifier);
  }
  if (modifier !== undefined && !definition.targets.includes(modifier)) return undefined;
  const test = referenceTest(value, definition, modifier, matching.bases);
  return (found) => found.kind === 'link' && test(found);
}
