/** a consent written at the FHIR door of one node holds at the other when its writer is answered. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTwoNodes, type TwoNodes } from '../nodes/two-nodes.ts';
import { consentPolicies, optOut } from './policies.ts';

let nodes: TwoNodes;
beforeAll(async () => {
  nodes = await startTwoNodes({ more: { consents: { created: 'fireguard' }, policies: { files: [consentPolicies()] } } });
}, 120_000);
afterAll(() => nodes?.close());

test('R-112 given at one node, kept by the other; taken back at the other, open at the first', async () => {
  const token = await nodes.backend.token('system/*.cruds');
  const write = (base: string, method: string, target: string, body?: object) =>
    fetch(base + target, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  // Both have looked, and remember that there is none.
  for (const node of [nodes.first, nodes.second]) expect(await nodes.status(node, token)).toBe(200);
  const made = await write(nodes.first.fhir, 'POST', '/Consent', optOut('mine'));
  expect(made.status).toBe(201);
  const { id } = (await made.json()) as { id: string };
  for (const node of [nodes.second, nodes.first]) expect(await nodes.status(node, token)).toBe(404);
  expect((await write(nodes.second.fhir, 'DELETE', `/Consent/${id}`)).status).toBe(204);
  for (const node of [nodes.first, nodes.second]) expect(await nodes.status(node, token)).toBe(200);
});
