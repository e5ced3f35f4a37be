/** `fireguard policy categories`: the security category of every type, which is its default posture. */
import { type Command, jsonOption } from './command.ts';
import { fhirVersionOption, tablesNamed } from './fhir-version-option.ts';
import { table } from './table.ts';

export const policyCategories: Command = {
  name: 'policy categories',
  summary: 'Print the security category of every resource type of a FHIR version',
  options: { 'fhir-version': fhirVersionOption, json: jsonOption },
  async run(given, out) {
    const types = [...(await tablesNamed(given)).types.values()];
    // Parameters and OperationOutcome are never at a URL, so nothing protects them.
    const rows = types.map(({ name, category }) => [name, category === 'none' ? 'n/a' : category] as const);
    if (given.flag('json')) out.print(JSON.stringify(Object.fromEntries(rows), undefined, 2));
    else {
      out.print(table(['TYPE', 'CATEGORY'], rows));
      out.print('Any other type counts as patient.');
    }
    return 0;
  },
};
