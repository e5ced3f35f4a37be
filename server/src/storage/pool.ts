/**
 * The pool behind Kysely. It fails closed and soon: a database that is gone gives Problem('storage-unavailable') from every query, a connection
 * that breaks never ends the process, no statement runs longer than ten seconds.
 */
import { Kysely, PostgresDialect, type PostgresPool } from 'kysely';
import pg, { type ClientConfig } from 'pg';
import { asFailure } from './failure.ts';
import type { Database } from './schema.ts';

class FailClosedClient extends pg.Client {
  constructor(config: ClientConfig) {
    super(config);
    // Between two queries of a transaction nobody listens, and an unheard 'error' ends the process. The next query fails anyway.
    this.on('error', () => undefined);
  }

  // biome-ignore lint/suspicious/noExplicitAny: pg overloads query eight ways; Kysely uses the promise form, pg's own pool the callback form.
  override query(...args: any[]): any {
    const result = (super.query as (...all: unknown[]) => unknown).apply(this, args);
    if (!(result instanceof Promise)) return result;
    return result.catch((error: unknown) => {
      throw asFailure(error);
    });
  }
}

/** `size` connections at most; each reaches the database as `config` says. */
export function openPool(config: ClientConfig, size: number): Kysely<Database> {
  const pool = new pg.Pool({
    ...config,
    max: size,
    connectionTimeoutMillis: 3_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    statement_timeout: 10_000,
    query_timeout: 12_000,
    Client: FailClosedClient,
  } as unknown as pg.PoolConfig);
  pool.on('error', () => undefined); // An idle connection broke; the pool has dropped it.
  const failClosed: PostgresPool = {
    options: pool.options,
    end: () => pool.end(),
    connect: async () => {
      try {
        return (await pool.connect()) as unknown as Awaited<ReturnType<PostgresPool['connect']>>;
      } catch (error) {
        throw asFailure(error);
      }
    },
  };
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool: failClosed }) });
}
