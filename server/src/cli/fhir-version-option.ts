/** The option `--fhir-version`, and the tables of what it names. */
import type { FhirTables, FhirVersion } from '@fireguard/engine';
import { CliError } from './cli-error.ts';
import type { Given, Option } from './command.ts';

export const fhirVersionOption: Option = {
  type: 'string',
  value: 'VERSION',
  what: 'R4 (the default), R4B, R5 or R6',
};

/** `otherwise`: where none is named. */
export async function tablesNamed(given: Given, otherwise: FhirVersion = 'R4'): Promise<FhirTables> {
  const { fhirTables, fhirVersions } = await import('@fireguard/engine');
  const named = given.text('fhir-version') ?? otherwise;
  const version = fhirVersions.find((one) => one.toLowerCase() === named.toLowerCase());
  if (version === undefined) throw new CliError(`--fhir-version must be one of ${fhirVersions.join(', ')}.`);
  return fhirTables(version);
}
