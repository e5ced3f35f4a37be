/** `fireguard user unlock NAME` */
import { adminClient } from './admin-client.ts';
import { type Command, homeOption } from './command.ts';
import { personNamed } from './people.ts';
import { safeText } from './table.ts';

export const userUnlock: Command = {
  name: 'user unlock',
  summary: 'Forget failed tries under a person’s name, so that they need not wait',
  arguments: ['NAME'],
  options: { home: homeOption },
  async run(given, out) {
    const admin = adminClient(given.text('home'));
    const person = await personNamed(admin, given.rest[0]!);
    await admin.call('POST', `/admin/people/${person.id}/unlock`);
    out.print(`${safeText(person.username)} can try again at once.`);
    return 0;
  },
};
