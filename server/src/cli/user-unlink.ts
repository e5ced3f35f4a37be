/** `fireguard user unlink NAME --issuer URL --subject ID` */
import { adminClient } from './admin-client.ts';
import { type Command, homeOption } from './command.ts';
import { personNamed } from './people.ts';
import { safeText } from './table.ts';

export const userUnlink: Command = {
  name: 'user unlink',
  summary: 'Let an identity of another OpenID provider sign in as a person no more; signed out everywhere',
  arguments: ['NAME'],
  options: {
    issuer: { type: 'string', required: true, value: 'URL', what: 'issuer of the other provider' },
    subject: { type: 'string', required: true, value: 'ID', what: 'the `sub` that it gives; "user show" tells it' },
    home: homeOption,
  },
  async run(given, out) {
    const admin = adminClient(given.text('home'));
    const person = await personNamed(admin, given.rest[0]!);
    const identity = { issuer: given.needed('issuer'), subject: given.needed('subject') };
    await admin.call('POST', `/admin/people/${person.id}/external-identities/remove`, identity);
    out.print(`${safeText(person.username)} cannot sign in by ${safeText(identity.issuer)} any more.`);
    return 0;
  },
};
