/** Which parts a process runs: all of them, or one beside others that run elsewhere with the same configuration file and the same PostgreSQL. */
import { hostname } from 'node:os';
import path from 'node:path';
import { ConfigError } from '../config/config-error.ts';
import type { FireguardConfig } from '../config/schema.ts';

export const parts = ['gateway', 'authorization-server', 'decision-point', 'audit-repository'] as const;
export type Part = (typeof parts)[number];
export const roles = ['all', ...parts] as const;
export type Role = (typeof roles)[number];

export function partsOf(role: Role): ReadonlySet<Part> {
  return new Set(role === 'all' ? parts : [role]);
}

/**
 * The configuration as this process lives by it: a home and a name of its own, since each process keeps its own journal and confirms changes for itself. Throws ConfigError
 * where the parts could not be one system.
 */
export function configFor(config: FireguardConfig, role: Role): FireguardConfig {
  if (role === 'all') return config;
  const { http, storage } = config;
  const faults = [
    ...(storage.url === undefined || storage.mode === 'managed'
      ? ['storage.mode: parts that run apart share one PostgreSQL of yours: external.']
      : []),
    ...(storage.keySeals === undefined ? ['storage.keySeals: parts that run apart need the same secrets; name them.'] : []),
    ...(role === 'decision-point' && http.decisionPoint === undefined
      ? ['http.decisionPoint: missing. Apart from the pages it needs an address of its own.']
      : []),
    ...(role === 'audit-repository' && http.auditRepository === undefined
      ? ['http.auditRepository: missing. Apart from the gateway it needs an address of its own.']
      : []),
  ];
  if (faults.length > 0) throw new ConfigError(faults);
  const node = storage.node === undefined ? undefined : `${storage.node}-${role}`.slice(-64);
  return Object.freeze({
    ...config,
    home: path.join(config.home, role),
    storage: Object.freeze({ ...storage, node: node ?? `${hostName()}-${role}`.slice(-64) }),
  });
}

function hostName(): string {
  return hostname().replaceAll(/[^A-Za-z0-9._-]/g, '-');
}
