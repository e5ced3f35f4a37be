/** The options by which commands say which policies they speak of, and those policies for every FHIR version that a case names. */
import path from 'node:path';
import type { CaseWorld, CompiledPolicies, FhirVersion, WorldOf } from '@fireguard/engine';
import { CliError } from './cli-error.ts';
import type { Given, Option } from './command.ts';

export const policyOptions = {
  policies: {
    type: 'string',
    multiple: true,
    value: 'PATH',
    what: 'policy files or folders (default: those that come with Fireguard)',
  },
  'value-sets': { type: 'string', multiple: true, value: 'PATH', what: 'ValueSets that they name, as JSON' },
} as const satisfies Readonly<Record<string, Option>>;

/** Policies that cannot be used end the command with the reason. `places`: undefined = those that come along. */
export async function policyWorlds(places: readonly string[] | undefined, valueSets: readonly string[]): Promise<WorldOf> {
  const [{ fhirTables, Problem }, { policyMaterial }, { compileMaterial }, { loadLabelRules }] = await Promise.all([
    import('@fireguard/engine'),
    import('../config/policy-material.ts'),
    import('../policy-trial/policy-material.ts'),
    import('../config/load-label-rules.ts'),
  ]);
  const absolute = (list: readonly string[]) => list.map((place) => path.resolve(place));
  const named = { files: places && absolute(places), valueSets: valueSets.length === 0 ? undefined : absolute(valueSets) };
  const material = policyMaterial(named);
  const labelRules = loadLabelRules(
    { inherit: true, elements: {}, onBundles: false, onResources: false },
    named.valueSets,
  )?.rules;
  const worlds = new Map<FhirVersion, CaseWorld>();
  return (version) => {
    const known = worlds.get(version);
    if (known !== undefined) return known;
    const tables = fhirTables(version);
    const world = { tables, policies: usable(() => compileMaterial(material, tables), Problem), labelRules };
    worlds.set(version, world);
    return world;
  };
}

export function policyPlaces(given: Given): readonly string[] | undefined {
  const places = given.all('policies');
  return places.length === 0 ? undefined : places;
}

function usable(compile: () => CompiledPolicies, problem: typeof import('@fireguard/engine').Problem): CompiledPolicies {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof problem)) throw error;
    throw new CliError(`The policies cannot be used. ${error.detail ?? error.publicText}`);
  }
}
