import { expect, test } from 'vitest';
import { defaultConfig } from '../../../src/config/default-config.ts';
import { configFor, partsOf } from '../../../src/start/role.ts';

const upstream = { url: 'http://127.0.0.1:9/fhir', credentials: { bearer: 'of-the-test' } };
const external = { mode: 'external', url: 'postgresql://localhost/fireguard' } as const;

test('R-005 what could not be one system does not start apart, and says why', () => {
  const faults = (config: object, role: Parameters<typeof configFor>[1]) => {
    try {
      configFor(defaultConfig({ upstream, ...config }), role);
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(faults({}, 'all')).toBe('');
  expect(faults({}, 'gateway')).toMatch(/storage\.mode: .*external[\s\S]*storage\.keySeals/);
  const shared = { storage: { ...external, keySeals: ['s'.repeat(40)] } };
  expect(faults(shared, 'gateway')).toBe('');
  expect(faults(shared, 'decision-point')).toMatch(/^http\.decisionPoint/);
  expect(faults(shared, 'audit-repository')).toMatch(/^http\.auditRepository/);
});

test('each part has a home and a name of its own', () => {
  const config = defaultConfig({
    upstream,
    home: '/srv/fireguard',
    storage: { ...external, node: 'one', keySeals: ['s'.repeat(40)] },
  });
  const own = configFor(config, 'gateway');
  expect([own.home, own.storage.node]).toEqual(['/srv/fireguard/gateway', 'one-gateway']);
  expect([...partsOf('gateway')]).toEqual(['gateway']);
  expect(partsOf('all').size).toBe(4);
});
