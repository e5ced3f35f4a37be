/** `fireguard user sessions NAME` and `fireguard user end-session NAME` */
import { adminClient } from './admin-client.ts';
import { CliError } from './cli-error.ts';
import { type Command, homeOption, jsonOption } from './command.ts';
import { personNamed } from './people.ts';
import { safeText, table } from './table.ts';

interface ShownSession {
  readonly id: string;
  readonly startedAt: string;
  readonly expiresAt: string;
  readonly acr: string | null;
  readonly amr: readonly string[];
  readonly apps: readonly string[];
}

export const userSessions: Command = {
  name: 'user sessions',
  summary: 'Where a person is signed in',
  arguments: ['NAME'],
  options: { home: homeOption, json: jsonOption },
  async run(given, out) {
    const admin = adminClient(given.text('home'));
    const { id, username } = await personNamed(admin, given.rest[0]!);
    const { sessions } = await admin.call<{ sessions: readonly ShownSession[] }>('GET', `/admin/people/${id}/sessions`);
    if (given.flag('json')) out.print(JSON.stringify(sessions));
    else if (sessions.length === 0) out.tell(`${safeText(username)} is signed in nowhere.`);
    else
      out.print(
        table(
          ['SESSION', 'SINCE', 'UNTIL', 'SIGNED IN BY', 'APPS'],
          sessions.map((one) => [
            one.id,
            one.startedAt,
            one.expiresAt,
            `${one.acr ?? '-'} ${one.amr.join('+')}`.trim(),
            one.apps.join(',') || '-',
          ]),
        ),
      );
    return 0;
  },
};

export const userEndSession: Command = {
  name: 'user end-session',
  summary: 'Sign a person out: of one session, or everywhere; the apps are told',
  arguments: ['NAME'],
  options: {
    session: { type: 'string', value: 'ID', what: 'the one to end, as "user sessions" lists it' },
    all: { type: 'boolean', what: 'all of them, with all live tokens' },
    home: homeOption,
  },
  async run(given, out) {
    const session = given.text('session');
    if ((session === undefined) === !given.flag('all')) throw new CliError('Give either --session ID or --all.');
    const admin = adminClient(given.text('home'));
    const { id, username } = await personNamed(admin, given.rest[0]!);
    if (session === undefined) await admin.call('POST', `/admin/people/${id}/sign-out`);
    else await admin.call('DELETE', `/admin/people/${id}/sessions/${encodeURIComponent(session)}`);
    out.print(`${safeText(username)} is signed out${session === undefined ? ' everywhere' : ' of that session'}.`);
    return 0;
  },
};
