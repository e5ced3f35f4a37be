/** `fireguard break-glass list` */
import { adminClient } from './admin-client.ts';
import { type Command, homeOption, jsonOption } from './command.ts';
import { safeText, table } from './table.ts';

interface Glass {
  readonly id: string;
  readonly person: { readonly name: string };
  readonly patient: string | null;
  readonly openedAt: string;
  readonly reasonCode: string;
  readonly dueAt: string;
  readonly overdue: boolean;
  readonly outcome: string | null;
}

export const breakGlassList: Command = {
  name: 'break-glass list',
  summary: 'Broken glasses that wait for a review; --queue asked, decided or all for the others',
  options: {
    queue: { type: 'string', value: 'QUEUE', what: 'undecided (the default), asked, decided or all' },
    home: homeOption,
    json: jsonOption,
  },
  async run(given, out) {
    const queue = encodeURIComponent(given.text('queue') ?? 'undecided');
    const found = (await adminClient(given.text('home')).call('GET', `/admin/break-glass?queue=${queue}`)) as {
      glasses: Glass[];
    };
    if (given.flag('json')) out.print(JSON.stringify(found.glasses));
    else if (found.glasses.length === 0) out.tell('There is none.');
    else
      out.print(
        table(
          ['ID', 'WHO', 'PATIENT', 'OPENED', 'REASON', 'DUE', 'STATE'],
          found.glasses.map((one) => [
            one.id,
            safeText(one.person.name),
            one.patient ?? '-',
            one.openedAt,
            one.reasonCode,
            one.overdue ? `${one.dueAt.slice(0, 10)} OVERDUE` : one.dueAt.slice(0, 10),
            one.outcome ?? 'undecided',
          ]),
        ),
      );
    return 0;
  },
};
