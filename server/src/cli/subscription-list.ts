/** `fireguard subscription list` */
import { adminClient } from './admin-client.ts';
import { type Command, homeOption, jsonOption } from './command.ts';
import { table } from './table.ts';

interface Subscription {
  readonly id: string;
  readonly client: string;
  readonly state: string;
  readonly criteria: string;
  readonly endpoint: string;
  readonly told: number;
  readonly error: string | null;
}

export const subscriptionList: Command = {
  name: 'subscription list',
  summary: 'Services that are told of audit events, and of which',
  options: { home: homeOption, json: jsonOption },
  async run(given, out) {
    const { subscriptions } = await adminClient(given.text('home')).call<{ subscriptions: readonly Subscription[] }>(
      'GET',
      '/admin/subscriptions',
    );
    if (given.flag('json')) out.print(JSON.stringify(subscriptions));
    else if (subscriptions.length === 0) out.tell('There is none.');
    else
      out.print(
        table(
          ['ID', 'CLIENT', 'STATE', 'CRITERIA', 'ENDPOINT', 'TOLD', 'ERROR'],
          subscriptions.map((one) => [
            one.id,
            one.client,
            one.state,
            one.criteria,
            one.endpoint,
            String(one.told),
            one.error ?? '-',
          ]),
        ),
      );
    return 0;
  },
};
