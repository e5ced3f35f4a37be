/** `fireguard client key` */
import { adminClient } from './admin-client.ts';
import { type Command, homeOption, jsonOption } from './command.ts';

export const clientKey: Command = {
  name: 'client key',
  summary: 'An API key of a service, for business data only; shown once',
  arguments: ['ID'],
  options: {
    days: { type: 'string', value: 'N', what: 'days that it lives (default 90)' },
    home: homeOption,
    json: jsonOption,
  },
  async run(given, out) {
    const days = given.text('days');
    const added = await adminClient(given.text('home')).call<{ readonly key: string; readonly expiresAt: string }>(
      'POST',
      `/admin/clients/${encodeURIComponent(given.rest[0] ?? '')}/api-keys`,
      days === undefined ? {} : { days: Number(days) },
    );
    out.print(given.flag('json') ? JSON.stringify(added) : `API key, shown only now, until ${added.expiresAt}: ${added.key}`);
    return 0;
  },
};
