/** `fireguard alert list` */
import { adminClient } from './admin-client.ts';
import { type Command, homeOption, jsonOption } from './command.ts';
import { table } from './table.ts';

interface Alert {
  readonly id: string;
  readonly description: string;
  readonly doer: { readonly id: string; readonly name: string };
  readonly count: number;
  readonly at: string;
  readonly closed?: { readonly by: string };
}

export const alertList: Command = {
  name: 'alert list',
  summary: 'Alerts that wait to be looked at; --all for the closed ones too',
  options: { all: { type: 'boolean', what: 'those that are closed too' }, home: homeOption, json: jsonOption },
  async run(given, out) {
    const state = given.flag('all') ? 'all' : 'open';
    const { alerts } = await adminClient(given.text('home')).call<{ alerts: readonly Alert[] }>(
      'GET',
      `/admin/alerts?state=${state}&limit=500`,
    );
    if (given.flag('json')) out.print(JSON.stringify(alerts));
    else if (alerts.length === 0) out.tell('There is none.');
    else
      out.print(
        table(
          ['ID', 'WHEN', 'WHO', 'WHAT', 'COUNT', 'CLOSED BY'],
          alerts.map((one) => [
            one.id,
            one.at,
            `${one.doer.name} (${one.doer.id})`,
            one.description,
            String(one.count),
            one.closed?.by ?? '-',
          ]),
        ),
      );
    return 0;
  },
};
