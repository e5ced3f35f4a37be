/** `fireguard registration-token` */
import { adminClient } from './admin-client.ts';
import { type Command, homeOption, jsonOption } from './command.ts';

export const registrationToken: Command = {
  name: 'registration-token',
  summary: 'An initial access token, with which a developer registers apps by RFC 7591; shown once',
  options: {
    note: { type: 'string', required: true, value: 'TEXT', what: 'for whom it is' },
    scope: { type: 'string', required: true, value: 'SCOPES', what: 'the most that such an app may ask for' },
    uses: { type: 'string', value: 'N', what: 'apps that may be registered with it (default 1)' },
    days: { type: 'string', value: 'N', what: 'days that it lives (default 7)' },
    home: homeOption,
    json: jsonOption,
  },
  async run(given, out) {
    const [uses, days] = [given.text('uses'), given.text('days')];
    const added = await adminClient(given.text('home')).call<{ readonly token: string; readonly expiresAt: string }>(
      'POST',
      '/admin/registration-tokens',
      {
        note: given.needed('note'),
        scope: given.needed('scope'),
        ...(uses === undefined ? {} : { uses: Number(uses) }),
        ...(days === undefined ? {} : { days: Number(days) }),
      },
    );
    out.print(
      given.flag('json')
        ? JSON.stringify(added)
        : `Initial access token, shown only now, until ${added.expiresAt}: ${added.token}`,
    );
    return 0;
  },
};
