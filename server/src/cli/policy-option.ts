/** The options by which commands say which policies they speak of, and those policies for every FHIR version that a case names. */
import path from 'node:path';
import type { CaseWorld, CompiledPolicies, FhirVersion, WorldOf } from '@fireguard/engine';
import type { PolicyPlaces } from '../config/policy-material.ts';
import type { PolicyMaterial } from '../policy-trial/policy-material.ts';
import { CliError } from './cli-error.ts';
import type { Given, Option } from './command.ts';
import { configOption } from './config-option.ts';

export const policyOptions = {
  policies: {
    type: 'string',
    multiple: true,
    value: 'PATH',
    what: 'policy files or folders (default: those that come with Fireguard)',
  },
  upstream: {
    type: 'string',
    value: 'NAME',
    what: 'as they hold at this FHIR server of the configuration: `first`, or a name in `upstreams`',
  },
  config: configOption,
  'value-sets': { type: 'string', multiple: true, value: 'PATH', what: 'ValueSets that they name, as JSON' },
} as const satisfies Readonly<Record<string, Option>>;

/** What is tried, and where it is meant to hold. */
export interface PolicyPlace extends PolicyPlaces {
  /** `first`, or a name in `upstreams`; undefined: nowhere, so that no configuration is read. */
  readonly upstream: string | undefined;
  readonly config: string | undefined;
}

export function policyPlace(given: Given, files: readonly string[] = given.all('policies')): PolicyPlace {
  const absolute = (list: readonly string[]) => (list.length === 0 ? undefined : list.map((place) => path.resolve(place)));
  const named = { files: absolute(files), valueSets: absolute(given.all('value-sets')) };
  return { ...named, upstream: given.text('upstream'), config: given.text('config') };
}

/** Throws ConfigError. */
export async function materialAt({ upstream, config, files, valueSets }: PolicyPlace): Promise<PolicyMaterial> {
  const [{ policyMaterial }, { loadLabelRules }, { policiesAt }, { readConfig }] = await Promise.all([
    import('../config/policy-material.ts'),
    import('../config/load-label-rules.ts'),
    import('../config/policies-at.ts'),
    import('./read-config.ts'),
  ]);
  if (upstream === undefined) {
    const plain = { inherit: true, elements: {}, onBundles: false, onResources: false };
    return { ...policyMaterial({ files, valueSets }), labelRules: loadLabelRules(plain, valueSets)?.rules };
  }
  return policiesAt(readConfig(config, undefined).config, upstream === 'first' ? undefined : upstream, { files, valueSets });
}

/** Policies that cannot be used end the command with the reason. */
export async function policyWorlds(place: PolicyPlace): Promise<WorldOf> {
  const [{ fhirTables, Problem }, { compileMaterial }, material] = await Promise.all([
    import('@fireguard/engine'),
    import('../policy-trial/policy-material.ts'),
    materialAt(place),
  ]);
  const worlds = new Map<FhirVersion, CaseWorld>();
  return (version) => {
    const known = worlds.get(version);
    if (known !== undefined) return known;
    const tables = fhirTables(version);
    const world = {
      tables,
      policies: usable(() => compileMaterial(material, tables), Problem),
      labelRules: material.labelRules,
    };
    worlds.set(version, world);
    return world;
  };
}

function usable(compile: () => CompiledPolicies, problem: typeof import('@fireguard/engine').Problem): CompiledPolicies {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof problem)) throw error;
    throw new CliError(`The policies cannot be used. ${error.detail ?? error.publicText}`);
  }
}
