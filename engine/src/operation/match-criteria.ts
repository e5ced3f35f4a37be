/** What a patient must meet to be a certain match (patient-operation-match.html), as criteria of a search: all that was given, to the letter. */
import type { FhirTables } from '../fhir/tables.ts';
import { type JsonNode, NONE, name } from '../json/scan.ts';
import { Problem } from '../problem.ts';
import { escapeValue } from '../request/escape.ts';
import { checkElements, typeOfResource } from '../request/resource-body.ts';
import type { OperationInput } from './operation-input.ts';

const IDENTIFIER = name('identifier');
const SYSTEM = name('system');
const VALUE = name('value');
const NAME = name('name');
const FAMILY = name('family');
const GIVEN = name('given');
const BIRTH_DATE = name('birthDate');
const GENDER = name('gender');

/** Criteria of the search. Throws Problem unless the resource holds an identifier with its system, or family name, given name and birth date. */
export function matchCriteria({ resource }: OperationInput, tables: FhirTables): readonly [string, string | undefined][] {
  if (resource === undefined) throw new Problem('body-missing', 'There is no patient to match.');
  const { document, node } = resource;
  if (typeOfResource(document, node) !== 'Patient') throw new Problem('resource-invalid', 'Only a Patient can be matched.');
  checkElements(document, node, 'Patient', tables);
  const items = (of: JsonNode): readonly JsonNode[] => {
    const found: JsonNode[] = [];
    if (document.isArray(of)) for (let item = document.first(of); item !== NONE; item = document.next(item)) found.push(item);
    return found;
  };
  const text = (of: JsonNode): string | undefined => document.string(of);
  const criteria: [string, string | undefined][] = [];
  for (const identifier of items(document.member(node, IDENTIFIER))) {
    const [system, value] = [text(document.member(identifier, SYSTEM)), text(document.member(identifier, VALUE))];
    if (system === undefined || value === undefined || system.includes('|')) throw tooLittle();
    criteria.push(['identifier', `${escapeValue(system, 0)}|${escapeValue(value, 0)}`]);
  }
  let named = false;
  for (const one of items(document.member(node, NAME))) {
    const family = text(document.member(one, FAMILY));
    const first = items(document.member(one, GIVEN)).map(text);
    if (family === undefined || first.length === 0 || first.includes(undefined)) continue;
    named = true;
    for (const [parameter, value] of [['family', family], ...first.map((value) => ['given', value!])] as [string, string][])
      criteria.push([`${parameter}:exact`, escapeValue(value, 0)]);
  }
  const born = text(document.member(node, BIRTH_DATE));
  const gender = text(document.member(node, GENDER));
  const identified = criteria.some(([parameter]) => parameter === 'identifier');
  if (!identified && !(named && born !== undefined)) throw tooLittle();
  if (born !== undefined) criteria.push(['birthdate', born]);
  if (gender !== undefined) criteria.push(['gender', escapeValue(gender, 0)]);
  return criteria;
}

function tooLittle(): Problem {
  return new Problem(
    'parameter-invalid',
    'A certain match needs identifiers with their systems, or family name, given name and birth date.',
  );
}
