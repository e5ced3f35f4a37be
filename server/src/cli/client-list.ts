/** `fireguard client list` */
import { adminClient } from './admin-client.ts';
import { listedClients } from './clients.ts';
import { type Command, homeOption, jsonOption } from './command.ts';
import { table } from './table.ts';

export const clientList: Command = {
  name: 'client list',
  summary: 'Registered apps and services',
  options: { home: homeOption, json: jsonOption },
  async run(given, out) {
    const clients = await listedClients(adminClient(given.text('home')));
    if (given.flag('json')) out.print(JSON.stringify(clients));
    else if (clients.length === 0)
      out.tell('There is no client yet. Register one with: fireguard client add --kind public --name NAME --redirect-uri URI');
    else
      out.print(
        table(
          ['CLIENT_ID', 'NAME', 'KIND', 'STATE', 'SCOPE'],
          clients.map((one) => [one.id, one.name, one.kind, one.disabled ? 'disabled' : 'enabled', one.scope || '-']),
        ),
      );
    return 0;
  },
};
