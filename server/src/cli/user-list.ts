/** `fireguard user list` */
import { adminClient } from './admin-client.ts';
import { type Command, homeOption, jsonOption } from './command.ts';
import { listedPeople } from './people.ts';
import { table } from './table.ts';

export const userList: Command = {
  name: 'user list',
  summary: 'People who can sign in',
  options: { home: homeOption, json: jsonOption },
  async run(given, out) {
    const people = await listedPeople(adminClient(given.text('home')));
    if (given.flag('json')) out.print(JSON.stringify(people));
    else if (people.length === 0) out.tell('There is nobody yet. Add one with: fireguard user add --username NAME --name NAME');
    else
      out.print(
        table(
          ['USERNAME', 'NAME', 'ROLES', 'FHIR', 'STATE'],
          people.map((one) => [
            one.username,
            one.name,
            one.roles.join(',') || '-',
            one.fhirUser ?? '-',
            one.disabled ? 'disabled' : 'enabled',
          ]),
        ),
      );
    return 0;
  },
};
