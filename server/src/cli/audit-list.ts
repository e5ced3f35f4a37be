/** `fireguard audit list`: the same rows as the console. */
import { adminClient } from './admin-client.ts';
import { CliError } from './cli-error.ts';
import { type Command, homeOption, jsonOption } from './command.ts';
import { table } from './table.ts';

interface Row {
  readonly recorded: string;
  readonly outcome: string;
  readonly kind: string;
  readonly action: string;
  readonly type?: string;
  readonly status?: number;
  readonly person?: { readonly name: string };
  readonly client?: { readonly name: string };
  readonly patients: readonly string[];
  readonly reason?: string;
}

export const auditList: Command = {
  name: 'audit list',
  summary: 'Audit records, newest first; looking is recorded',
  options: {
    since: { type: 'string', value: 'WHEN', what: 'today, or a time such as 2026-11-25T08:00 (default today)' },
    until: { type: 'string', value: 'WHEN', what: 'records before this time' },
    patient: { type: 'string', value: 'ID', what: 'about this patient' },
    agent: { type: 'string', value: 'TEXT', what: 'by a person or app: part of the name, or the id' },
    outcome: { type: 'string', value: 'OUTCOME', what: 'permit, masked, deny, failure or unknown' },
    purpose: { type: 'string', value: 'CODE', what: 'purpose of use, such as TREAT' },
    kind: { type: 'string', value: 'KIND', what: 'request, sign-in, token, consent-page, administration, audit-read, …' },
    limit: { type: 'string', value: 'N', what: 'at most this many, 1 to 1000 (default 50)' },
    home: homeOption,
    json: jsonOption,
  },
  async run(given, out) {
    const query = new URLSearchParams({ since: momentOf(given.text('since') ?? 'today', '--since') });
    const until = given.text('until');
    if (until !== undefined) query.set('until', momentOf(until, '--until'));
    for (const name of ['patient', 'agent', 'outcome', 'purpose', 'kind', 'limit']) {
      const value = given.text(name);
      if (value !== undefined) query.set(name, value);
    }
    const { records, next } = await adminClient(given.text('home')).call<{ records: readonly Row[]; next: string | null }>(
      'GET',
      `/admin/audit?${query}`,
    );
    if (given.flag('json')) {
      for (const record of records) out.print(JSON.stringify(record));
      return 0;
    }
    if (records.length === 0) out.tell('No record matches.');
    else out.print(table(['TIME', 'OUTCOME', 'WHO', 'THROUGH', 'DID', 'PATIENT', 'BECAUSE'], records.map(cells)));
    if (next !== null)
      out.tell(`There are more: these are the newest ${records.length}. Ask for more with --limit, or narrow with --until.`);
    return 0;
  },
};

function cells(row: Row): string[] {
  const did = [row.action, row.type].filter((part) => part !== undefined).join(' ');
  return [
    row.recorded,
    row.outcome,
    row.person?.name ?? '-',
    row.client?.name ?? '-',
    row.status === undefined ? did : `${did} (${row.status})`,
    row.patients.length > 2 ? `${row.patients.length} patients` : row.patients.join(',') || '-',
    row.reason ?? '',
  ];
}

/** Local time unless it says otherwise. */
function momentOf(text: string, option: string): string {
  if (text === 'today') return new Date(new Date().setHours(0, 0, 0, 0)).toISOString();
  const moment = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/.test(text)
    ? new Date(text.length === 10 ? `${text}T00:00` : text)
    : new Date(Number.NaN);
  if (Number.isNaN(moment.getTime()))
    throw new CliError(`${option} takes "today" or a time such as 2026-11-25T08:00, not "${text}".`, 2);
  return moment.toISOString();
}
