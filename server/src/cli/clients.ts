/** Clients as the admin API tells of them, and how the command line finds one: by id, or by name where that is one client's alone. */
import type { AdminClient } from './admin-client.ts';
import { CliError } from './cli-error.ts';

export interface ShownClient {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly redirectUris: readonly string[];
  readonly scope: string;
  readonly disabled: boolean;
  readonly createdAt: string;
}

export async function listedClients(admin: AdminClient): Promise<readonly ShownClient[]> {
  return (await admin.call<{ clients: readonly ShownClient[] }>('GET', '/admin/clients')).clients;
}

export async function clientNamed(admin: AdminClient, name: string): Promise<ShownClient> {
  const all = await listedClients(admin);
  const byId = all.find(({ id }) => id === name);
  const byName = all.filter((client) => client.name === name);
  const found = byId ?? (byName.length === 1 ? byName[0] : undefined);
  if (found !== undefined) return found;
  if (byName.length > 1)
    throw new CliError(
      `${byName.length} clients are called ${name}; give the id of one: ${byName.map(({ id }) => id).join(', ')}.`,
    );
  throw new CliError(`There is no client with the id or name ${name}. "fireguard client list" lists them.`);
}
