/** The effective configuration as YAML, secrets masked. */
import { stringify } from 'yaml';
import type { FireguardConfig } from './schema.ts';

/** A last word, or a whole path. A test holds the list to the schema: whatever is to be written as a reference is masked. */
const SECRET: ReadonlySet<string> = new Set([
  'bearer',
  'password',
  'secret',
  'clientSecret',
  'keySeals',
  'storage.url',
  'decisionPoint.doors.key',
  'audit.checkpoints.key',
  'notify.targets.server',
  'feed.syslogTls.key',
  'forward.targets.key',
]);

export function printConfig(config: FireguardConfig): string {
  return stringify(masked(config, ''));
}

function masked(value: unknown, at: string): unknown {
  // Headers of a collector hold its key under whatever name it wants.
  if (typeof value === 'string')
    return SECRET.has(at) || SECRET.has(at.split('.').at(-1)!) || at.startsWith('forward.targets.headers') ? '(secret)' : value;
  if (Array.isArray(value)) return value.map((item) => masked(item, at));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, masked(member, at === '' ? key : `${at}.${key}`)]),
  );
}
