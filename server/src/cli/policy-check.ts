/** `fireguard policy check` */
import path from 'node:path';
import { CliError } from './cli-error.ts';
import type { Command } from './command.ts';
import { fhirVersionOption, tablesNamed } from './fhir-version-option.ts';

export const policyCheck: Command = {
  name: 'policy check',
  summary: 'Say whether policies can be used; without PATH, those that come with Fireguard',
  arguments: ['[PATH]'],
  options: { 'fhir-version': fhirVersionOption },
  async run(given, out) {
    const [{ compilePolicies, Problem }, { loadPolicies, packagedPolicies }] = await Promise.all([
      import('@fireguard/engine'),
      import('../config/load-policies.ts'),
    ]);
    const place = given.rest[0] === undefined ? packagedPolicies : path.resolve(given.rest[0]);
    const tables = await tablesNamed(given);
    const documents = loadPolicies([place]);
    try {
      compilePolicies(documents, tables);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      throw new CliError(
        [`${place} cannot be used.`, error.publicText, error.detail]
          .filter((text) => text !== undefined && text !== '')
          .join(' '),
      );
    }
    out.print(`${place} can be used: ${documents.length} ${documents.length === 1 ? 'document' : 'documents'}.`);
    return 0;
  },
};
