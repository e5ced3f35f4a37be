/** codesystem-operation-lookup.html: what a code system says of one code. */
import { propertyText } from '../concept/code-system.ts';
import { type Plain, textOf } from '../concept/plain.ts';
import { unsaid } from '../concept/unsaid.ts';
import type { JsonValue } from '../json/value.ts';
import { askedCodes } from './asked-codes.ts';
import { namedSystem, systemGiven } from './named-system.ts';
import type { Found, Need } from './need.ts';
import type { TerminologyGiven } from './terminology.ts';

const NAMES = { code: 'code', coding: 'coding', concept: undefined } as const;

export function* lookUpCode(terminology: TerminologyGiven): Generator<Need, JsonValue, Found> {
  const [asked] = askedCodes(terminology.input, NAMES, systemGiven(terminology));
  const system = yield* namedSystem(terminology, asked!);
  const concept = system.find(asked!.code);
  if (concept === undefined) throw unsaid();
  const properties = [
    ...concept.properties.flatMap((one) => property(textOf(one, 'code'), propertyText(one))),
    ...concept.parents.flatMap((parent) => property('parent', parent)),
  ];
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'name', valueString: system.name },
      ...(system.version === undefined ? [] : [{ name: 'version', valueString: system.version }]),
      { name: 'display', valueString: concept.display ?? concept.code },
      ...(concept.isAbstract ? [{ name: 'abstract', valueBoolean: true }] : []),
      ...(concept.definition === undefined ? [] : property('definition', concept.definition)),
      ...concept.designations.flatMap(designation),
      ...new Map(properties.map((one) => [JSON.stringify(one), one])).values(),
    ],
  };
}

function property(code: string | undefined, value: string | undefined): readonly { readonly [name: string]: JsonValue }[] {
  if (code === undefined || value === undefined) return [];
  return [
    {
      name: 'property',
      part: [
        { name: 'code', valueCode: code },
        { name: 'value', valueString: value },
      ],
    },
  ];
}

function designation(one: Plain): readonly { readonly [name: string]: JsonValue }[] {
  const [language, value] = [textOf(one, 'language'), textOf(one, 'value')];
  if (value === undefined) return [];
  return [
    {
      name: 'designation',
      part: [
        ...(language === undefined ? [] : [{ name: 'language', valueCode: language }]),
        { name: 'value', valueString: value },
      ],
    },
  ];
}
