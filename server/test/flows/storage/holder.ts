/** A process that holds a storage open, for tests that kill it: prints one line of JSON when open (or why not), ends at the end of its input. */

import { insertPerson, listPeople } from '../../../src/storage/people.ts';
import { openStorage } from '../../../src/storage/storage.ts';

try {
  const storage = await openStorage({ mode: 'managed', home: process.argv[2]! }, { tell: (line) => console.error(line) });
  const id = crypto.randomUUID();
  await insertPerson(storage.db, {
    id,
    username: id,
    name: 'A person',
    password_hash: '$argon2id$',
    disabled: false,
    roles: [],
  });
  const people = (await listPeople(storage.db)).map((person) => person.id);
  console.log(JSON.stringify({ open: true, wrote: id, people }));
  process.stdin.resume().on('end', async () => {
    await storage.close();
    console.log(JSON.stringify({ closed: true }));
  });
} catch (error) {
  console.log(JSON.stringify({ open: false, error: (error as Error).message }));
}
