/** Architecture §6: permits that demand a reason and a notice, from the request to the trail and to what the officers are told. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type ExportPlace, exportPlace } from '../export/place.ts';

const notices = path.join(mkdtempSync(path.join(tmpdir(), 'fireguard-notices-')), 'notices.jsonl');
let place: ExportPlace;

beforeAll(async () => {
  writeFileSync(notices, '');
  place = await exportPlace(
    { notify: { targets: [{ kind: 'file', name: 'office', topics: ['alert'], path: notices }] } },
    undefined,
    {
      policySet: 'demanding',
      version: 1,
      combining: 'deny-overrides',
      rules: [
        {
          id: 'whoever-says-why',
          description: 'Whoever says why may read the record, and the officers are told.',
          effect: 'permit',
          caller: { roles: ['backend-service'] },
          interactions: ['read'],
          resources: { types: ['Patient'] },
          obligations: { rationale: true, notify: true },
        },
      ],
    },
  );
});
afterAll(() => place?.close());

test('R-051 R-158 a reason is demanded, kept in the trail, and the officers are told without a patient', async () => {
  const token = await place.backend.token('system/*.rs');
  const asks = (reason?: string) =>
    fetch(`${place.running.urls.fhir}/Patient/mine`, {
      headers: { authorization: `Bearer ${token}`, ...(reason === undefined ? {} : { 'fireguard-reason': reason }) },
    });
  const refused = await asks();
  expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining('Fireguard-Reason')]);
  for (const wrong of ['x', '%', 'a%0Ab and more', 'x'.repeat(501)]) expect((await asks(wrong)).status, wrong).toBe(400);
  expect((await asks('R%C3%BCckfrage der Patientin')).status).toBe(200);

  const answer = await fetch(`${place.running.urls.issuer}/admin/audit?kind=request&limit=10`, {
    headers: { authorization: `Bearer ${place.running.adminToken}` },
  });
  const { records } = (await answer.json()) as { records: { outcome: string; rationale?: string; event: string }[] };
  const read = records.find(({ outcome }) => outcome === 'permit');
  expect(read?.rationale).toBe('Rückfrage der Patientin');
  const event = await fetch(`${place.running.urls.issuer}/admin/audit/${read!.event}`, {
    headers: { authorization: `Bearer ${place.running.adminToken}` },
  });
  expect(await event.text()).toContain('Rückfrage der Patientin');

  const told = await vi.waitFor(
    () => {
      const text = readFileSync(notices, 'utf8');
      expect(text).toContain('policy-whoever-says-why');
      return text;
    },
    { timeout: 60_000, interval: 100 },
  );
  expect(told.trim().split('\n')).toHaveLength(1);
  expect(told).not.toMatch(/mine|Lindqvist|ckfrage/);
});
