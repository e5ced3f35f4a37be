/** Fireguard in a process of its own for `bench -- export`: managed PostgreSQL, durable audit, policies that let a service read. Prints `{ issuer, fhir, admin }`. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { start } from 'fireguard';
import { defaultConfig } from 'fireguard/config';

const [, , home, upstream] = process.argv as unknown as [string, string, string, string];
const policies = path.join(home, 'policies.yaml');
const rule = {
  id: 'service-reads',
  description: 'The service may read.',
  effect: 'permit',
  caller: { roles: ['backend-service'] },
  interactions: ['read', 'search'],
  resources: { categories: ['patient', 'business'] },
};
writeFileSync(policies, JSON.stringify({ policySet: 'bench', version: 1, combining: 'deny-overrides', rules: [rule] }));

const running = await start(
  defaultConfig({
    profile: 'development',
    home,
    http: { pages: { host: 'localhost', port: 0 }, api: { host: '127.0.0.1', port: 0 } },
    upstream: { url: upstream, dialect: 'demo', exclusive: true, acceptUpstreamWithoutCredentials: true },
    policies: { files: [policies] },
    facts: { cacheSeconds: 3600 },
  }),
  { tell: () => undefined },
);
console.log(JSON.stringify({ issuer: running.urls.issuer, fhir: running.urls.fhir, admin: running.adminToken }));
process.on('disconnect', () => void running.close().then(() => process.exit(0)));
