/** `fireguard user disable NAME` and `fireguard user enable NAME` */
import { adminClient } from './admin-client.ts';
import { type Command, homeOption } from './command.ts';
import { personNamed } from './people.ts';
import { safeText } from './table.ts';

export const userDisable: Command = userSwitch(
  'disable',
  'Sign a person out everywhere and let nobody in under that name',
  'Disabled',
  'Their tokens no longer work on any node.',
);
export const userEnable: Command = userSwitch(
  'enable',
  'Let a disabled person sign in again',
  'Enabled',
  'They can sign in again.',
);

function userSwitch(act: 'disable' | 'enable', summary: string, done: string, effect: string): Command {
  return {
    name: `user ${act}`,
    summary,
    arguments: ['NAME'],
    options: { home: homeOption },
    async run(given, out) {
      const admin = adminClient(given.text('home'));
      const person = await personNamed(admin, given.rest[0]!);
      await admin.call('POST', `/admin/people/${person.id}/${act}`);
      out.print(`${done} ${safeText(person.username)}. ${effect}`);
      return 0;
    },
  };
}
