/** Documents → `CompiledPolicies`: check the shape, check the meaning, index. All or nothing: one wrong document refuses them all. */
import type { FhirTables } from '../fhir/tables.ts';
import { checkRule } from './check-rule.ts';
import { compileSet, rulesOf } from './combining.ts';
import { compileRule } from './compile-rule.ts';
import type { CompiledPolicies, CompiledRule, CompiledSet } from './compiled.ts';
import type { ValueSets } from './content.ts';
import type { PolicyDocument } from './document.ts';
import { indexRules } from './index-rules.ts';
import { refuseMisshapen } from './refuse-misshapen.ts';
import { refusePolicy, within } from './refuse-policy.ts';
import { policySchema } from './schema.ts';

export interface PolicyOptions {
  /** By canonical URL; see `valueSets`. */
  readonly valueSets?: ValueSets;
  /** Base URL of the upstream that is protected: sets for others are checked and left out. */
  readonly upstream?: string;
}

/**
 * @param documents parsed YAML or JSON, in order
 * @throws Problem `policy-invalid`; `detail` names document, rule, place and what to do
 */
export function compilePolicies(
  documents: readonly unknown[],
  tables: FhirTables,
  { valueSets = new Map(), upstream }: PolicyOptions = {},
): CompiledPolicies {
  const names = new Set<string>();
  const ids = new Map<string, string>();
  const sets: CompiledSet[] = [];
  const rules: CompiledRule[] = [];
  documents.forEach((document, index) => {
    within(placeOf(document, index), () => {
      const checked = checkDocument(document);
      if (names.has(checked.policySet)) refusePolicy('policySet', 'the name is taken by another document');
      names.add(checked.policySet);
      const compiled = compileDocument(checked, sets.length, tables, valueSets);
      for (const { id, policySet } of compiled) {
        const before = ids.get(id);
        if (before !== undefined)
          refusePolicy(`rule ${id}`, `the id is taken by a rule of policy set ${before}; choose another`);
        ids.set(id, policySet);
      }
      if (!holdsFor(checked, upstream)) return;
      sets.push(compileSet(checked));
      rules.push(...compiled);
    });
  });
  const all = Object.freeze(rules);
  const masked = new Set(all.flatMap(({ paths, changes }) => [...paths.keys(), ...changes.keys()]));
  return Object.freeze({
    sets: Object.freeze(sets),
    rules: all,
    maskedTypes: Object.freeze([...masked]),
    rulesFor: indexRules(all, tables),
  });
}

function holdsFor({ upstreams }: PolicyDocument, upstream: string | undefined): boolean {
  const plain = (url: string): string => url.replace(/\/+$/, '');
  return upstreams === undefined || (upstream !== undefined && upstreams.some((url) => plain(url) === plain(upstream)));
}

function checkDocument(document: unknown): PolicyDocument {
  refuseMisshapen(document, policySchema, '');
  return document as PolicyDocument;
}

function compileDocument(
  document: PolicyDocument,
  set: number,
  tables: FhirTables,
  valueSets: ValueSets,
): readonly CompiledRule[] {
  return rulesOf(document).flatMap((rule, index) =>
    within(`rule ${rule.id}`, () => {
      if (rule.fhirVersions !== undefined && !rule.fhirVersions.includes(tables.version)) return [];
      checkRule(rule, tables, `rules[${index}]`);
      return compileRule(rule, { policySet: document.policySet, set, tables, valueSets, at: `rules[${index}]` });
    }),
  );
}

function placeOf(document: unknown, index: number): string {
  const name = typeof document === 'object' && document !== null && 'policySet' in document ? document.policySet : undefined;
  return typeof name === 'string' ? `policy set ${name}` : `policy document ${index + 1}`;
}
