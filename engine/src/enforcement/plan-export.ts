/**
 * The searches that an export becomes, as text that a host can keep: each is understood, planned and decided afresh, page by page (`exportPage`). Patients
 * are those that the caller sees: of a Group, from its released form.
 */
import { elementNodes } from '../fhir/element-path.ts';
import { referenceKey } from '../fhir/reference.ts';
import type { TypeFacts } from '../fhir/tables.ts';
import { name } from '../json/scan.ts';
import type { ExportAsked } from '../operation/export-asked.ts';
import { releasedForm } from '../release/released-form.ts';
import type { Visible } from '../release/visible.ts';
import { canonicalTarget } from '../request/canonical.ts';
import type { Criterion, SearchRequest } from '../request/request.ts';
import { openTypes } from './accept-export.ts';
import { admit } from './admit.ts';
import { current } from './current.ts';
import { FactBook } from './fact-book.ts';
import type { Given } from './given.ts';
import type { Found, Need } from './need.ts';
import { plainCriterion } from './plain-search.ts';
import { searchedTypes } from './searched-types.ts';
import { visiblePatients } from './visible-patients.ts';

export interface ExportPart {
  readonly type: string;
  /** A search, by `canonicalTarget`. */
  readonly target: string;
}

export interface ExportPlan {
  /** Ids; undefined = not confined to any. */
  readonly patients: readonly string[] | undefined;
  readonly parts: readonly ExportPart[];
}

const PATIENTS_AT_ONCE = 50;
const ENTITY_REFERENCE = [name('entity'), name('reference')] as const;
const INACTIVE = name('inactive');

/** No parts: nothing is open to the caller any more. */
export function* planExport(given: Given, asked: ExportAsked): Generator<Need, ExportPlan, Found> {
  const open = openTypes(given, asked);
  if ('kind' in open) return { patients: undefined, parts: [] };
  const served = yield* searchedTypes();
  const patients = yield* patientsOf(given, asked);
  const parts = open
    .filter(({ type }) => served.has(type.name))
    .flatMap(({ type }) =>
      asked
        .searches(type.name)
        .flatMap((search) =>
          narrowed(search, type, patients).map((one) => ({ type: type.name, target: canonicalTarget(one) })),
        ),
    );
  return { patients, parts };
}

function* patientsOf(given: Given, asked: ExportAsked): Generator<Need, readonly string[] | undefined, Found> {
  if (asked.level === 'system' || (asked.level === 'patient' && asked.patients === undefined)) return undefined;
  const named = asked.group === undefined ? asked.patients! : yield* membersOf(given, asked.group);
  const wanted = asked.patients === undefined ? named : named.filter((id) => asked.patients!.includes(id));
  return [...(yield* visiblePatients(given, new FactBook(given), new Set(wanted)))].sort();
}

/** A Group that has become hidden has no members. */
function* membersOf(given: Given, id: string): Generator<Need, readonly string[], Found> {
  const permit = admit(given, 'read', 'Group');
  if (permit.kind === 'denied') return [];
  const group = yield* current(given, new FactBook(given), permit, id);
  return group.kind === 'missing' ? [] : members(group.visible, given);
}

function members(group: Visible, { bases }: Given): readonly string[] {
  const { document, node } = releasedForm(group);
  return elementNodes(document, node, 'member').flatMap((member) => {
    if (document.boolean(document.member(member, INACTIVE)) === true) return [];
    const key = referenceKey(document.string(document.at(member, ...ENTITY_REFERENCE)) ?? '', [bases.ours, bases.upstream]);
    return key?.type === 'Patient' ? [key.id] : [];
  });
}

/** One search for each parameter that makes the compartment and each handful of patients: a resource that several find is one all the same. */
function narrowed(search: SearchRequest, type: TypeFacts, patients: readonly string[] | undefined): readonly SearchRequest[] {
  if (patients === undefined) return [search];
  const names = type.name === 'Patient' ? ['_id'] : type.patientCompartment;
  const searches: SearchRequest[] = [];
  for (let at = 0; at < patients.length; at += PATIENTS_AT_ONCE) {
    const some = patients.slice(at, at + PATIENTS_AT_ONCE);
    const values = type.name === 'Patient' ? some : some.map((id) => `Patient/${id}`);
    for (const parameter of names) {
      const definition = type.searchParameters.get(parameter);
      if (definition === undefined) continue;
      const criterion: Criterion = plainCriterion(definition, values);
      searches.push({ ...search, criteria: [...search.criteria, criterion] });
    }
  }
  return searches;
}
