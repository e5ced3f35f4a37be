/** `fireguard audit disclosures`: the accounting of one patient, as a table, as CSV, or as FHIR AuditEvents. */
import { adminClient } from './admin-client.ts';
import { type Command, homeOption, jsonOption } from './command.ts';
import { table } from './table.ts';

interface Disclosure {
  readonly event: string;
  readonly at: string;
  readonly recipient: string;
  readonly person?: string;
  readonly purposes: readonly string[];
  readonly resources: readonly string[];
}

export const auditDisclosures: Command = {
  name: 'audit disclosures',
  summary: 'What of a patient was given away, to whom and what for; looking is recorded',
  options: {
    patient: { type: 'string', value: 'ID', required: true, what: 'of this patient' },
    since: { type: 'string', value: 'TIME', what: 'from this time, ISO 8601 with offset (default six years back)' },
    csv: { type: 'boolean', what: 'print CSV' },
    fhir: { type: 'boolean', what: 'print the AuditEvents, one a line' },
    home: homeOption,
    json: jsonOption,
  },
  async run(given, out) {
    const client = adminClient(given.text('home'));
    const query = new URLSearchParams({ patient: given.needed('patient') });
    const since = given.text('since');
    if (since !== undefined) query.set('since', since);
    const { disclosures } = await client.call<{ disclosures: readonly Disclosure[] }>('GET', `/admin/disclosures?${query}`);
    const cells = disclosures.map(({ at, recipient, person, purposes, resources }) => [
      ...[at, recipient, person ?? '', purposes.join(' '), resources.join(' ')],
    ]);
    const header = ['TIME', 'GIVEN TO', 'BY', 'FOR', 'WHAT'];
    if (given.flag('fhir')) {
      for (const { event } of disclosures) out.print(JSON.stringify(await client.call('GET', `/admin/audit/${event}`)));
    } else if (given.flag('json')) for (const one of disclosures) out.print(JSON.stringify(one));
    else if (given.flag('csv')) for (const row of [header, ...cells]) out.print(row.map(csvCell).join(','));
    else if (disclosures.length === 0) out.tell('Nothing was given away.');
    else out.print(table(header, cells));
    return 0;
  },
};

/** RFC 4180; what a spreadsheet would take for a formula is text. */
const csvCell = (value: string): string => `"${value.replace(/^[=+\-@\t\r]/, "'$&").replaceAll('"', '""')}"`;
