/** `fireguard client renew-secret NAME` */
import { adminClient } from './admin-client.ts';
import { clientNamed } from './clients.ts';
import { type Command, homeOption, jsonOption } from './command.ts';
import { safeText } from './table.ts';

export const clientRenewSecret: Command = {
  name: 'client renew-secret',
  summary: 'Make another secret, shown once; the old one is worth nothing at once',
  arguments: ['NAME'],
  options: { home: homeOption, json: jsonOption },
  async run(given, out) {
    const admin = adminClient(given.text('home'));
    const client = await clientNamed(admin, given.rest[0]!);
    const made = await admin.call<{ readonly secret: string }>('POST', `/admin/clients/${client.id}/secret`);
    out.print(
      given.flag('json') ? JSON.stringify(made) : `New secret of ${safeText(client.name)}, shown only now: ${made.secret}`,
    );
    return 0;
  },
};
