/** `fireguard user add` */
import { text as readAll } from 'node:stream/consumers';
import { adminClient } from './admin-client.ts';
import { CliError } from './cli-error.ts';
import { type Command, homeOption, jsonOption } from './command.ts';
import type { ShownPerson } from './people.ts';
import { safeText } from './table.ts';

export const userAdd: Command = {
  name: 'user add',
  summary: 'Add a person who can sign in; without --password-stdin a password is made and shown once',
  options: {
    username: { type: 'string', required: true, value: 'NAME', what: 'what the person types to sign in' },
    name: { type: 'string', required: true, value: 'NAME', what: 'name as others see it' },
    role: {
      type: 'string',
      multiple: true,
      value: 'ROLE',
      what: 'such as physician, nurse, privacy-officer, security-administrator',
    },
    'fhir-user': {
      type: 'string',
      value: 'REFERENCE',
      what: 'the FHIR resource that is this person, such as Practitioner/123',
    },
    'password-stdin': { type: 'boolean', what: 'read the password from standard input' },
    home: homeOption,
    json: jsonOption,
  },
  async run(given, out) {
    const fhirUser = given.text('fhir-user');
    const password = given.flag('password-stdin') ? (await readAll(process.stdin)).replace(/\r?\n$/, '') : undefined;
    if (password === '')
      throw new CliError('Standard input holds no password. Pipe one in, or leave --password-stdin out to have one made.', 2);
    const added = await adminClient(given.text('home')).call<ShownPerson & { readonly password?: string }>(
      'POST',
      '/admin/people',
      {
        username: given.needed('username'),
        name: given.needed('name'),
        roles: given.all('role'),
        ...(fhirUser === undefined ? {} : { fhirUser }),
        ...(password === undefined ? {} : { password }),
      },
    );
    if (given.flag('json')) {
      out.print(JSON.stringify(added));
      return 0;
    }
    out.print(`Added ${safeText(added.username)} (${added.id}).`);
    if (added.password !== undefined) out.print(`Password, shown only now: ${added.password}`);
    return 0;
  },
};
