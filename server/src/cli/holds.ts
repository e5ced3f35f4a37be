/** `fireguard hold list`, `hold add` and `hold release`: legal holds, which keep months of the audit that the retention would let go. */
import { adminClient } from './admin-client.ts';
import { type Command, homeOption, jsonOption } from './command.ts';
import { safeText, table } from './table.ts';

interface Hold {
  readonly id: string;
  readonly patient?: string;
  readonly since?: string;
  readonly until?: string;
  readonly reason: string;
  readonly made: { readonly by: string };
  readonly released?: { readonly by: string };
}

export const holdList: Command = {
  name: 'hold list',
  summary: 'Legal holds on the audit',
  options: { home: homeOption, json: jsonOption },
  async run(given, out) {
    const { holds } = await adminClient(given.text('home')).call<{ holds: readonly Hold[] }>('GET', '/admin/audit-holds');
    if (given.flag('json')) out.print(JSON.stringify(holds));
    else if (holds.length === 0) out.tell('There is none.');
    else
      out.print(
        table(
          ['ID', 'PATIENT', 'SINCE', 'UNTIL', 'MADE BY', 'RELEASED BY', 'REASON'],
          holds.map((one) => [
            one.id,
            one.patient ?? 'all',
            one.since ?? '-',
            one.until ?? '-',
            one.made.by,
            one.released?.by ?? '-',
            one.reason,
          ]),
        ),
      );
    return 0;
  },
};

export const holdAdd: Command = {
  name: 'hold add',
  summary: 'Keep what the audit has of a patient, or of a time, until the hold is released',
  options: {
    patient: { type: 'string', value: 'ID', what: 'whose (default: everybody’s)' },
    since: { type: 'string', value: 'TIME', what: 'ISO 8601 with offset, inclusive' },
    until: { type: 'string', value: 'TIME', what: 'ISO 8601 with offset, exclusive' },
    reason: { type: 'string', required: true, value: 'TEXT', what: 'why; it stays with the hold' },
    home: homeOption,
  },
  async run(given, out) {
    const narrowed = (['patient', 'since', 'until'] as const).flatMap((name) => {
      const value = given.text(name);
      return value === undefined ? [] : [[name, value] as const];
    });
    const { id } = await adminClient(given.text('home')).call<{ id: string }>('POST', '/admin/audit-holds', {
      reason: given.needed('reason'),
      ...Object.fromEntries(narrowed),
    });
    out.print(safeText(id));
    return 0;
  },
};

export const holdRelease: Command = {
  name: 'hold release',
  summary: 'Release a legal hold: what it alone kept is let go within the hour',
  arguments: ['ID'],
  options: { home: homeOption },
  async run(given, out) {
    const id = given.rest[0]!;
    await adminClient(given.text('home')).call('POST', `/admin/audit-holds/${encodeURIComponent(id)}/release`);
    out.print(`${id} is released.`);
    return 0;
  },
};
