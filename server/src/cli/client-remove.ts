/** `fireguard client remove NAME` */
import { adminClient } from './admin-client.ts';
import { clientNamed } from './clients.ts';
import { type Command, homeOption } from './command.ts';
import { safeText } from './table.ts';

export const clientRemove: Command = {
  name: 'client remove',
  summary: 'Remove a client for good; what it did stays in the audit',
  arguments: ['NAME'],
  options: { home: homeOption },
  async run(given, out) {
    const admin = adminClient(given.text('home'));
    const client = await clientNamed(admin, given.rest[0]!);
    await admin.call('DELETE', `/admin/clients/${client.id}`);
    out.print(`Removed ${safeText(client.name)} (${client.id}).`);
    return 0;
  },
};
