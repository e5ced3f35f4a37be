/** `fireguard alert close ID`: says that it was looked at, and what was found. */
import { adminClient } from './admin-client.ts';
import { type Command, homeOption } from './command.ts';

export const alertClose: Command = {
  name: 'alert close',
  summary: 'Say that an alert was looked at, and what was found',
  arguments: ['ID'],
  options: {
    note: { type: 'string', required: true, value: 'TEXT', what: 'what was found; it stays with the alert' },
    home: homeOption,
  },
  async run(given, out) {
    const id = given.rest[0]!;
    const note = given.needed('note');
    await adminClient(given.text('home')).call('POST', `/admin/alerts/${encodeURIComponent(id)}/close`, { note });
    out.print(`${id} is closed.`);
    return 0;
  },
};
