/** `fireguard launch`: a small EHR. Prints the address with which an EHR would open an app. */
import { adminClient } from './admin-client.ts';
import { type Command, homeOption, jsonOption } from './command.ts';

export const launch: Command = {
  name: 'launch',
  summary: 'Open an app as an EHR would: prints the launch address, usable once, for five minutes',
  options: {
    client: { type: 'string', required: true, value: 'ID', what: 'client_id of the app' },
    user: { type: 'string', required: true, value: 'NAME', what: 'username of the person at the EHR' },
    patient: { type: 'string', value: 'ID', what: 'patient in context' },
    encounter: { type: 'string', value: 'ID', what: 'visit in context' },
    intent: { type: 'string', value: 'TEXT', what: 'what the app is opened for' },
    tenant: { type: 'string', value: 'TEXT', what: 'organisation, as the app knows it' },
    'launch-url': { type: 'string', value: 'URL', what: 'the app’s launch address (default: print iss and launch alone)' },
    home: homeOption,
    json: jsonOption,
  },
  async run(given, out) {
    const optional = Object.fromEntries(
      ['patient', 'encounter', 'intent', 'tenant'].flatMap((name) => {
        const text = given.text(name);
        return text === undefined ? [] : [[name, text]];
      }),
    );
    const ready = await adminClient(given.text('home')).call<{ readonly launch: string; readonly iss: string }>(
      'POST',
      '/admin/launches',
      { client: given.needed('client'), user: given.needed('user'), ...optional },
    );
    const query = new URLSearchParams({ iss: ready.iss, launch: ready.launch });
    const url = given.text('launch-url');
    if (given.flag('json')) out.print(JSON.stringify(ready));
    else out.print(url === undefined ? `?${query}` : `${url}${url.includes('?') ? '&' : '?'}${query}`);
    return 0;
  },
};
