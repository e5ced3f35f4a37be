/** The policies that a configuration names, read, with the value sets that they speak of. */
import { Problem, valueSets } from '@fireguard/engine';
import type { PolicyMaterial } from '../policy-trial/policy-material.ts';
import { ConfigError } from './config-error.ts';
import { loadPolicies, loadValueSets } from './load-policies.ts';

export interface PolicyPlaces {
  /** Undefined: those that come with Fireguard. */
  readonly files?: readonly string[] | undefined;
  readonly valueSets?: readonly string[] | undefined;
}

/** Throws ConfigError. */
export function policyMaterial(places: PolicyPlaces): PolicyMaterial {
  return Object.freeze({ documents: loadPolicies(places.files), valueSets: loadedValueSets(places.valueSets) });
}

function loadedValueSets(places: readonly string[] | undefined): PolicyMaterial['valueSets'] {
  try {
    return valueSets(loadValueSets(places));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new ConfigError([`policies.valueSets: ${error.detail ?? error.publicText}.`]);
  }
}
