/** `fireguard policy diff` */
import { CliError } from './cli-error.ts';
import type { Command } from './command.ts';
import { materialAt, policyOptions, policyPlace, policyWorlds } from './policy-option.ts';

export const policyDiff: Command = {
  name: 'policy diff',
  summary: 'Say what changes for whom between two policies: which roles reach which types, and which cases come out otherwise',
  arguments: ['BEFORE', 'AFTER'],
  options: {
    cases: { type: 'string', multiple: true, value: 'PATH', what: 'files or folders of cases to compare by' },
    upstream: policyOptions.upstream,
    config: policyOptions.config,
    'value-sets': policyOptions['value-sets'],
  },
  async run(given, out) {
    const [{ caseBooks }, { changedCases, changedReach }] = await Promise.all([
      import('./policy-case-books.ts'),
      import('../policy-trial/policy-changes.ts'),
    ]);
    const [before, after] = given.rest;
    if (before === undefined || after === undefined) throw new CliError('Name the policies before and after.');
    const [was, is] = await Promise.all([before, after].map((file) => policyWorlds(policyPlace(given, [file]))));
    const { fhirVersion = 'R4' } = await materialAt(policyPlace(given, [after]));
    const [old, fresh] = [was!(fhirVersion), is!(fhirVersion)];
    const reach = changedReach(old.policies, fresh.policies, fresh.tables);
    for (const { role, interaction, change, types } of reach)
      out.print(`${role}: ${interaction} is ${change} for ${types.length > 12 ? `${types.length} types` : types.join(', ')}`);
    const cases = given
      .all('cases')
      .flatMap(caseBooks)
      .flatMap(({ book, callers }) => changedCases(book, callers, was!, is!));
    for (const one of cases) {
      out.print(`“${one.case}”: ${one.before} → ${one.after}`);
      out.print(`  ${one.sentence}`);
    }
    out.print(`changes: ${reach.length} in what roles may ask for, ${cases.length} in cases`);
    return 0;
  },
};
