/** conceptmap-operation-translate.html: what a code becomes by one map. R5 has other names for the same parameters, and two for the direction. */
import { isTranslated, type Translation, translations } from '../concept/concept-map.ts';
import { textOf } from '../concept/plain.ts';
import type { JsonValue } from '../json/value.ts';
import { Problem } from '../problem.ts';
import { askedCodes, type CodeNames } from './asked-codes.ts';
import type { Found, Need } from './need.ts';
import type { TerminologyGiven } from './terminology.ts';

const R4: CodeNames = { code: 'code', coding: 'coding', concept: 'codeableConcept' };
const FORWARDS: CodeNames = { code: 'sourceCode', coding: 'sourceCoding', concept: 'sourceCodeableConcept' };
const BACKWARDS: CodeNames = { code: 'targetCode', coding: 'targetCoding', concept: undefined };

export function* translateCode({ given, input, subject }: TerminologyGiven): Generator<Need, JsonValue, Found> {
  if (subject === undefined) throw new Problem('parameter-invalid', 'The operation needs the url of a concept map.');
  const older = given.tables.version === 'R4' || given.tables.version === 'R4B';
  const isReverse = older ? input.one('reverse') === 'true' : backwards(input);
  const names = older ? R4 : isReverse ? BACKWARDS : FORWARDS;
  const into = input.one(older ? 'targetsystem' : 'targetSystem');
  const codes = askedCodes(input, names, input.one('system'));
  const found = codes.flatMap(({ system, code }) => translations(subject, { system, code, reverse: isReverse, into }));
  const relation = older ? 'equivalence' : 'relationship';
  const source = textOf(subject, 'url');
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'result', valueBoolean: found.some(isTranslated) },
      ...found.map((one) => ({
        name: 'match',
        part: [
          { name: relation, valueCode: one.relation },
          ...(one.code === undefined ? [] : [{ name: 'concept', valueCoding: coding(one) }]),
          ...(source === undefined
            ? []
            : [older ? { name: 'source', valueUri: source } : { name: 'originMap', valueUri: source }]),
        ],
      })),
    ],
  };
}

function backwards(input: TerminologyGiven['input']): boolean {
  return input.one('targetCode') !== undefined || input.coded('targetCoding') !== undefined;
}

function coding({ system, code, display }: Translation): JsonValue {
  return {
    ...(system === undefined ? {} : { system }),
    ...(code === undefined ? {} : { code }),
    ...(display === undefined ? {} : { display }),
  };
}
