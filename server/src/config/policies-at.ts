/** The policies that hold at one FHIR server of a configuration: its own, or those of all, with its address and the version that it speaks. */
import type { PolicyMaterial } from '../policy-trial/policy-material.ts';
import { ConfigError } from './config-error.ts';
import { loadLabelRules } from './load-label-rules.ts';
import { type PolicyPlaces, policyMaterial } from './policy-material.ts';
import type { FireguardConfig } from './schema.ts';

/** `name`: of `upstreams`; undefined: the first server. `places`: read instead of those of the configuration. Throws ConfigError. */
export function policiesAt(config: FireguardConfig, name?: string, places?: PolicyPlaces): PolicyMaterial {
  const further = config.upstreams.find((one) => one.name === name);
  if (name !== undefined && further === undefined) {
    const known = config.upstreams.map((one) => one.name).join(', ');
    throw new ConfigError([`upstreams: there is no ${name}${known === '' ? '' : `; there are ${known}`}.`]);
  }
  const { url, fhirVersion } = further ?? config.upstream;
  const own = further?.policies ?? config.policies;
  const material = policyMaterial({ files: places?.files ?? own.files, valueSets: places?.valueSets ?? own.valueSets });
  const labels = loadLabelRules(further?.labels ?? config.labels, own.valueSets);
  return Object.freeze({ ...material, upstream: url, fhirVersion, labelRules: labels?.rules });
}
