/** `fireguard client disable NAME` and `fireguard client enable NAME` */
import { adminClient } from './admin-client.ts';
import { clientNamed } from './clients.ts';
import { type Command, homeOption } from './command.ts';
import { safeText } from './table.ts';

export const clientDisable: Command = clientSwitch(
  'disable',
  'End all that a client holds, and give it nothing more',
  'Disabled',
  'Its tokens no longer work on any node.',
);
export const clientEnable: Command = clientSwitch(
  'enable',
  'Let a disabled client ask again',
  'Enabled',
  'It can ask for tokens again.',
);

function clientSwitch(act: 'disable' | 'enable', summary: string, done: string, effect: string): Command {
  return {
    name: `client ${act}`,
    summary,
    arguments: ['NAME'],
    options: { home: homeOption },
    async run(given, out) {
      const admin = adminClient(given.text('home'));
      const client = await clientNamed(admin, given.rest[0]!);
      await admin.call('POST', `/admin/clients/${client.id}/${act}`);
      out.print(`${done} ${safeText(client.name)} (${client.id}). ${effect}`);
      return 0;
    },
  };
}
