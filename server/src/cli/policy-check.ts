/** `fireguard policy check` */
import { CliError } from './cli-error.ts';
import type { Command } from './command.ts';
import { fhirVersionOption, tablesNamed } from './fhir-version-option.ts';
import { materialAt, policyOptions, policyPlace } from './policy-option.ts';

export const policyCheck: Command = {
  name: 'policy check',
  summary: 'Say whether policies can be used; without PATH, those of --upstream, or those that come with Fireguard',
  arguments: ['[PATH]'],
  options: {
    'fhir-version': fhirVersionOption,
    upstream: policyOptions.upstream,
    config: policyOptions.config,
    'value-sets': policyOptions['value-sets'],
  },
  async run(given, out) {
    const [{ Problem }, { packagedPolicies }, { compileMaterial }] = await Promise.all([
      import('@fireguard/engine'),
      import('../config/load-policies.ts'),
      import('../policy-trial/policy-material.ts'),
    ]);
    const [file] = given.rest;
    const asked = policyPlace(given, file === undefined ? [] : [file]);
    const place = asked.files?.[0] ?? (asked.upstream === undefined ? packagedPolicies : `What holds at ${asked.upstream}`);
    const material = await materialAt(asked);
    const tables = await tablesNamed(given, material.fhirVersion);
    const { documents } = material;
    try {
      const { sets: compiled, rules } = compileMaterial(material, tables);
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
