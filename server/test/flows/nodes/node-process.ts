/** One node in a process of its own: `node node-process.ts JSON`, with what `two-nodes.ts` gives it. Writes one line of JSON when it serves; ends at SIGTERM. */
import { defaultConfig } from '../../../src/config/default-config.ts';
import type { ConfigInput } from '../../../src/config/schema.ts';
import { start } from '../../../src/main.ts';
import { openTestDatabase } from '../../../src/storage/testing.ts';

interface Given {
  readonly config: ConfigInput;
  readonly node: string;
  /** Folder of PostgreSQL's socket, and the database. */
  readonly host: string;
  readonly database: string;
}

const { config, node, host, database } = JSON.parse(process.argv[2] ?? '') as Given;
const storage = await openTestDatabase(host, database, node);
const running = await start(defaultConfig(config), { storage, tell: () => undefined });
process.once('SIGTERM', () => void running.close().then(() => process.exit(0)));
console.log(JSON.stringify({ ready: true }));
