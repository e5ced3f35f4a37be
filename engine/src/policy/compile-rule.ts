/** One checked rule → its compiled form: sets instead of lists, nothing left to parse when a request arrives. */
import type { FhirTables } from '../fhir/tables.ts';
import { announcedMasks } from './announced-masks.ts';
import { labelOf, purposeOf } from './codes.ts';
import type { CompiledClearance, CompiledRule, ViewChange } from './compiled.ts';
import { compileContent, type ValueSets } from './content.ts';
import { deIdentifiedView } from './de-identified.ts';
import type { Clearance, PolicyRule } from './document.ts';
import { elementPaths } from './element-paths.ts';
import { compileEnvironment } from './environment.ts';
import { interactionsOf } from './interactions.ts';
import { refusePolicy } from './refuse-policy.ts';
import { relationBits } from './relations.ts';

interface Place {
  readonly policySet: string;
  readonly set: number;
  readonly tables: FhirTables;
  readonly valueSets: ValueSets;
  /** `rules[2]` */
  readonly at: string;
}

export function compileRule(rule: PolicyRule, { policySet, set, tables, valueSets, at }: Place): CompiledRule {
  const { caller, resources } = rule;
  const relations = relationBits(caller?.relations ?? []);
  const content = compileContent(rule, tables, valueSets, at);
  const view = rule.deIdentify === undefined ? undefined : deIdentified(rule, tables, at);
  return Object.freeze({
    id: rule.id,
    policySet,
    set,
    description: rule.description,
    effect: rule.effect,
    roles: setOf(caller?.roles),
    kinds: new Set(caller?.kinds ?? (rule.effect === 'permit' ? signedIn : everyone)),
    clients: setOf(caller?.clients),
    purposes: caller?.purposes?.map(purposeOf),
    everyPurpose: caller?.everyPurpose?.map(purposeOf),
    purposesOtherThan: caller?.purposesOtherThan?.map(purposeOf),
    memberships: setOf(caller?.memberships),
    wantsMemberships:
      caller?.memberships !== undefined ||
      content?.where.some(({ test }) => test.kind === 'caller' && test.who === 'group-of-caller') === true,
    identities: setOf(caller?.identities),
    relations,
    content,
    readsResource:
      relations !== 0 || content !== undefined || resources?.labels !== undefined || caller?.memberships !== undefined,
    environment: compileEnvironment(rule.environment),
    unless: compileEnvironment(rule.unless),
    interactions: interactionsOf(rule.interactions),
    inside: resources?.inside,
    types: setOf(resources?.types),
    categories: setOf(resources?.categories),
    labels: resources?.labels?.any.map(labelOf),
    clears: compileClearance(rule.clears),
    paths: view === undefined ? elementPaths(rule, tables, at) : view.paths,
    announced: announcedMasks(rule, tables, at),
    deIdentify: view !== undefined,
    pseudonyms: typeof rule.deIdentify === 'object' ? rule.deIdentify.pseudonyms : undefined,
    changes: view?.changes ?? new Map(),
    adds: Object.freeze((rule.obligations?.labels ?? []).map(labelOf)),
    notify: rule.obligations?.notify ?? false,
    rationale: rule.obligations?.rationale ?? false,
    consentExempt: rule.consentExempt !== undefined,
    elementsOnly: rule.elements !== undefined,
    denyAs: rule.denyAs,
    silent: rule.maskAs === 'silence',
    announces: rule.announces ?? false,
    overridable: rule.overridable !== undefined,
    consentable: rule.consentable ?? false,
    mayLabel: rule.mayLabel ?? false,
  });
}

/** INVARIANT: who is meant when nothing is said: a permit never reaches anonymous callers, a deny reaches everyone. */
const signedIn = ['user', 'system'] as const;
const everyone = ['anonymous', 'user', 'system'] as const;

function setOf<T>(list: readonly T[] | undefined): ReadonlySet<T> | undefined {
  return list === undefined ? undefined : new Set(list);
}

interface View {
  readonly paths: CompiledRule['paths'];
  readonly changes: CompiledRule['changes'];
}

/** What its mask names, what no de-identified view holds, and what this one changes, for every type that it may reach. */
function deIdentified(rule: PolicyRule, tables: FhirTables, at: string): View {
  const dates = typeof rule.deIdentify === 'object' ? rule.deIdentify.dates : undefined;
  const paths = new Map(elementPaths(rule, tables, at));
  const changes = new Map<string, readonly ViewChange[]>();
  for (const type of rule.resources?.types ?? []) {
    const view = deIdentifiedView(tables.version, type, dates);
    if (view === undefined) refusePolicy(`${at}.deIdentify`, `the elements of ${type} are not known`);
    paths.set(type, Object.freeze([...new Set([...view.gone, ...(paths.get(type) ?? [])])]));
    changes.set(type, view.changed);
  }
  return { paths, changes };
}

function compileClearance(clears: Clearance | undefined): CompiledClearance {
  return Object.freeze({
    confidentiality: clears?.confidentiality ?? 'N',
    sensitivities: clears?.sensitivities === '*' ? '*' : new Set(clears?.sensitivities ?? []),
    other: clears?.other === '*' ? '*' : new Set(clears?.other?.map(canonicalLabel) ?? []),
  });
}

function canonicalLabel(text: string): string {
  const { system, code } = labelOf(text);
  return `${system}|${code}`;
}
