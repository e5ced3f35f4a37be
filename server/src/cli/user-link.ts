/** `fireguard user link NAME --issuer URL --subject ID` */
import { adminClient } from './admin-client.ts';
import { type Command, homeOption } from './command.ts';
import { personNamed } from './people.ts';
import { safeText } from './table.ts';

export const userLink: Command = {
  name: 'user link',
  summary: 'Let whoever another OpenID provider knows by this subject sign in as a person',
  arguments: ['NAME'],
  options: {
    issuer: { type: 'string', required: true, value: 'URL', what: 'issuer of the other provider, as in signIn.providers' },
    subject: { type: 'string', required: true, value: 'ID', what: 'the `sub` that it gives for this person' },
    home: homeOption,
  },
  async run(given, out) {
    const admin = adminClient(given.text('home'));
    const person = await personNamed(admin, given.rest[0]!);
    const identity = { issuer: given.needed('issuer'), subject: given.needed('subject') };
    await admin.call('POST', `/admin/people/${person.id}/external-identities`, identity);
    out.print(`${safeText(person.username)} can sign in by ${safeText(identity.issuer)}.`);
    return 0;
  },
};
