/** `fireguard client show NAME` */
import { adminClient } from './admin-client.ts';
import { clientNamed } from './clients.ts';
import { type Command, homeOption, jsonOption } from './command.ts';
import { safeText } from './table.ts';

export const clientShow: Command = {
  name: 'client show',
  summary: 'A registered app or service, whole',
  arguments: ['NAME'],
  options: { home: homeOption, json: jsonOption },
  async run(given, out) {
    const admin = adminClient(given.text('home'));
    const { id } = await clientNamed(admin, given.rest[0]!);
    const client = await admin.call<Readonly<Record<string, unknown>>>('GET', `/admin/clients/${id}`);
    if (given.flag('json')) out.print(JSON.stringify(client));
    else
      for (const [name, value] of Object.entries(client)) {
        const text = typeof value === 'string' ? value : JSON.stringify(value);
        out.print(safeText(`${name}: ${text}`));
      }
    return 0;
  },
};
