/** `fireguard policy check` */
import path from 'node:path';
import { CliError } from './cli-error.ts';
import type { Command } from './command.ts';
import { fhirVersionOption, tablesNamed } from './fhir-version-option.ts';
import { policyOptions } from './policy-option.ts';

export const policyCheck: Command = {
  name: 'policy check',
  summary: 'Say whether policies can be used; without PATH, those that come with Fireguard',
  arguments: ['[PATH]'],
  options: { 'fhir-version': fhirVersionOption, 'value-sets': policyOptions['value-sets'] },
  async run(given, out) {
    const [{ Problem }, { loadPolicies, packagedPolicies }, { policyMaterial }, { compileMaterial }] = await Promise.all([
      import('@fireguard/engine'),
      import('../config/load-policies.ts'),
      import('../config/policy-material.ts'),
      import('../policy-trial/policy-material.ts'),
    ]);
    const place = given.rest[0] === undefined ? packagedPolicies : path.resolve(given.rest[0]);
    const tables = await tablesNamed(given);
    const documents = loadPolicies([place]);
    const sets = given.all('value-sets').map((one) => path.resolve(one));
    try {
      const { sets: compiled, rules } = compileMaterial(policyMaterial({ files: [place], valueSets: sets }), tables);
      for (const { name, combining } of compiled)
        if (combining === 'permit-unless-deny')
          out.tell(`Note: policy set ${name} permits whatever it does not deny, to everyone who is signed in.`);
      for (const { id, consentExempt } of rules) if (consentExempt) out.tell(`Note: no consent stands against rule ${id}.`);
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
