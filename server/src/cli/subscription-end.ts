/** `fireguard subscription end ID` */
import { adminClient } from './admin-client.ts';
import { type Command, homeOption } from './command.ts';

export const subscriptionEnd: Command = {
  name: 'subscription end',
  summary: 'End a subscription: its service is told of no more audit events',
  arguments: ['ID'],
  options: { home: homeOption },
  async run(given, out) {
    const id = given.rest[0]!;
    await adminClient(given.text('home')).call('POST', `/admin/subscriptions/${encodeURIComponent(id)}/end`);
    out.print(`${id} is off.`);
    return 0;
  },
};
