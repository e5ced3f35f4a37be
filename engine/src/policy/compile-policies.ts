/** Documents → `CompiledPolicies`: check the shape, check the meaning, index. All or nothing: one wrong document refuses them all. */
import type { FhirTables } from '../fhir/tables.ts';
import { checkRule } from './check-rule.ts';
import { compileRule } from './compile-rule.ts';
import type { CompiledPolicies, CompiledRule } from './compiled.ts';
import type { PolicyDocument } from './document.ts';
import { indexRules } from './index-rules.ts';
import { refuseMisshapen } from './refuse-misshapen.ts';
import { refusePolicy, within } from './refuse-policy.ts';
import { policySchema } from './schema.ts';

/**
 * @param documents parsed YAML or JSON, in order
 * @throws Problem `policy-invalid`; `detail` names document, rule, place and what to do
 */
export function compilePolicies(documents: readonly unknown[], tables: FhirTables): CompiledPolicies {
  const sets: { readonly name: string; readonly version: number }[] = [];
  const rules = new Map<string, CompiledRule>();
  documents.forEach((document, index) => {
    within(placeOf(document, index), () => {
      const checked = checkDocument(document);
      if (sets.some((set) => set.name === checked.policySet))
        refusePolicy('policySet', 'the name is taken by another document');
      sets.push(Object.freeze({ name: checked.policySet, version: checked.version }));
      for (const rule of compileDocument(checked, tables)) {
        const before = rules.get(rule.id);
        if (before !== undefined)
          refusePolicy(`rule ${rule.id}`, `the id is taken by a rule of policy set ${before.policySet}; choose another`);
        rules.set(rule.id, rule);
      }
    });
  });
  const all = Object.freeze([...rules.values()]);
  return Object.freeze({ sets: Object.freeze(sets), rules: all, rulesFor: indexRules(all, tables) });
}

function checkDocument(document: unknown): PolicyDocument {
  refuseMisshapen(document, policySchema, '');
  return document as PolicyDocument;
}

function compileDocument(document: PolicyDocument, tables: FhirTables): readonly CompiledRule[] {
  return document.rules.map((rule, index) =>
    within(`rule ${rule.id}`, () => {
      checkRule(rule, tables, `rules[${index}]`);
      return compileRule(rule, document.policySet, tables, `rules[${index}]`);
    }),
  );
}

function placeOf(document: unknown, index: number): string {
  const name = typeof document === 'object' && document !== null && 'policySet' in document ? document.policySet : undefined;
  return typeof name === 'string' ? `policy set ${name}` : `policy document ${index + 1}`;
}
