/** `fireguard user set-password NAME` */
import { text as readAll } from 'node:stream/consumers';
import { adminClient } from './admin-client.ts';
import { CliError } from './cli-error.ts';
import { type Command, homeOption } from './command.ts';
import { personNamed } from './people.ts';
import { safeText } from './table.ts';

export const userSetPassword: Command = {
  name: 'user set-password',
  summary: 'Give a person another password and sign them out everywhere; without --password-stdin one is made and shown once',
  arguments: ['NAME'],
  options: { 'password-stdin': { type: 'boolean', what: 'read the password from standard input' }, home: homeOption },
  async run(given, out) {
    const password = given.flag('password-stdin') ? (await readAll(process.stdin)).replace(/\r?\n$/, '') : undefined;
    if (password === '')
      throw new CliError('Standard input holds no password. Pipe one in, or leave --password-stdin out to have one made.', 2);
    const admin = adminClient(given.text('home'));
    const person = await personNamed(admin, given.rest[0]!);
    const body = password === undefined ? {} : { password };
    const answer = await admin.call<{ readonly password?: string }>('POST', `/admin/people/${person.id}/password`, body);
    out.print(`${safeText(person.username)} has a new password and is signed out everywhere.`);
    if (answer.password !== undefined) out.print(`Password, shown only now: ${answer.password}`);
    return 0;
  },
};
