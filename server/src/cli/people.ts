/** People as the admin API tells of them, and how the command line finds one by username. */
import type { AdminClient } from './admin-client.ts';
import { CliError } from './cli-error.ts';

export interface ShownPerson {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly fhirUser: string | null;
  readonly disabled: boolean;
  readonly createdAt: string;
}

export async function listedPeople(admin: AdminClient): Promise<readonly ShownPerson[]> {
  return (await admin.call<{ people: readonly ShownPerson[] }>('GET', '/admin/people')).people;
}

export async function personNamed(admin: AdminClient, name: string): Promise<ShownPerson> {
  const found = (await listedPeople(admin)).find(({ username, id }) => username === name || id === name);
  if (found === undefined)
    throw new CliError(`There is no person with the username ${name}. "fireguard user list" lists them.`);
  return found;
}
