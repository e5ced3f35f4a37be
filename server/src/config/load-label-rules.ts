/** Label rules from YAML files, compiled with the value sets that the policies use. */
import path from 'node:path';
import { compileLabelRules, type LabelProtection, Problem, valueSets } from '@fireguard/engine';
import type { LabelsSettings } from '../labels/config.ts';
import { ConfigError } from './config-error.ts';
import { loadPolicies, loadValueSets } from './load-policies.ts';

/** The label rules that come with Fireguard. */
export const packagedLabelRules: string = path.resolve(import.meta.dirname, '../../policies/labels.yaml');

/** Undefined when the site wants none. `sets`: files or folders of ValueSets. Throws ConfigError. */
export function loadLabelRules(
  { rules, inherit, elements, onBundles, onResources }: LabelsSettings,
  sets: readonly string[] | undefined,
): LabelProtection | undefined {
  const files = rules ?? [packagedLabelRules];
  if (files.length === 0) return undefined;
  try {
    return Object.freeze({
      rules: compileLabelRules(loadPolicies(files), valueSets(loadValueSets(sets))),
      inherit,
      elements: new Map(Object.entries(elements)),
      onBundles,
      onResources,
    });
  } catch (error) {
    if (error instanceof Problem) throw new ConfigError([`labels.rules: ${error.detail ?? error.publicText}`]);
    throw error;
  }
}
