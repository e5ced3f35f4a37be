/** `fireguard user roles NAME --role …` */
import { adminClient } from './admin-client.ts';
import { type Command, homeOption } from './command.ts';
import { personNamed } from './people.ts';
import { safeText } from './table.ts';

export const userRoles: Command = {
  name: 'user roles',
  summary: 'Give a person exactly these roles; without --role, none',
  arguments: ['NAME'],
  options: { role: { type: 'string', multiple: true, value: 'ROLE', what: 'a role to have' }, home: homeOption },
  async run(given, out) {
    const admin = adminClient(given.text('home'));
    const person = await personNamed(admin, given.rest[0]!);
    const roles = given.all('role');
    await admin.call('PUT', `/admin/people/${person.id}/roles`, { roles });
    out.print(
      `${safeText(person.username)} now has ${roles.length === 0 ? 'no role' : roles.join(', ')}. It holds from the next request on.`,
    );
    return 0;
  },
};
