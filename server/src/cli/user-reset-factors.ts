/** `fireguard user reset-factors NAME` */
import { adminClient } from './admin-client.ts';
import { type Command, homeOption } from './command.ts';
import { personNamed } from './people.ts';
import { safeText } from './table.ts';

export const userResetFactors: Command = {
  name: 'user reset-factors',
  summary:
    'Forget a person’s authenticator apps, passkeys and recovery codes, after checking who they are; signed out everywhere',
  arguments: ['NAME'],
  options: { home: homeOption },
  async run(given, out) {
    const admin = adminClient(given.text('home'));
    const person = await personNamed(admin, given.rest[0]!);
    await admin.call('POST', `/admin/people/${person.id}/reset-factors`);
    out.print(`${safeText(person.username)} has no second step any more and is signed out everywhere.`);
    return 0;
  },
};
