/** One checked rule → its compiled form: sets instead of lists, nothing left to parse when a request arrives. */
import type { FhirTables } from '../fhir/tables.ts';
import { labelOf, purposeOf } from './codes.ts';
import type { CompiledClearance, CompiledRule } from './compiled.ts';
import { compileContent, type ValueSets } from './content.ts';
import type { Clearance, PolicyRule } from './document.ts';
import { elementPaths } from './element-paths.ts';
import { compileEnvironment } from './environment.ts';
import { interactionsOf } from './interactions.ts';
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
    relations,
    content,
    readsResource: relations !== 0 || content !== undefined || resources?.labels !== undefined,
    environment: compileEnvironment(rule.environment),
    unless: compileEnvironment(rule.unless),
    interactions: interactionsOf(rule.interactions),
    types: setOf(resources?.types),
    categories: setOf(resources?.categories),
    labels: resources?.labels?.any.map(labelOf),
    clears: compileClearance(rule.clears),
    paths: elementPaths(rule, tables, at),
    elementsOnly: rule.elements !== undefined,
    denyAs: rule.denyAs,
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
