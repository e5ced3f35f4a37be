/** `fireguard user remove NAME` */
import { adminClient } from './admin-client.ts';
import { type Command, homeOption } from './command.ts';
import { personNamed } from './people.ts';
import { safeText } from './table.ts';

export const userRemove: Command = {
  name: 'user remove',
  summary: 'Remove a person for good; what they did stays in the audit',
  arguments: ['NAME'],
  options: { home: homeOption },
  async run(given, out) {
    const admin = adminClient(given.text('home'));
    const person = await personNamed(admin, given.rest[0]!);
    await admin.call('DELETE', `/admin/people/${person.id}`);
    out.print(`Removed ${safeText(person.username)}.`);
    return 0;
  },
};
