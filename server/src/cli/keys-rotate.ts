/** `fireguard keys rotate` */
import { adminClient } from './admin-client.ts';
import { type Command, homeOption, jsonOption } from './command.ts';

export const keysRotate: Command = {
  name: 'keys rotate',
  summary: 'Sign with new keys from now on; the old ones stay published for a day',
  options: { home: homeOption, json: jsonOption },
  async run(given, out) {
    const { keys } = await adminClient(given.text('home')).call<{ readonly keys: readonly string[] }>(
      'POST',
      '/admin/keys/rotate',
    );
    out.print(given.flag('json') ? JSON.stringify({ keys }) : `New signing keys: ${keys.join(', ')}`);
    return 0;
  },
};
