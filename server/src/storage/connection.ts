/** How to reach the database, per role. Both modes (managed, external) give one; nothing else knows where the database is. */
import type { ClientConfig } from 'pg';

/** `owner` owns the tables and is used at start and for new partitions; `runtime` serves requests and cannot change the audit trail. */
export type Role = 'owner' | 'runtime';

export type Connect = (role: Role) => ClientConfig;

/** The schema that holds every table: a database may be shared with others. */
export const schema = 'fireguard';

export const roleName = (role: Role): string => `fireguard_${role}`;
