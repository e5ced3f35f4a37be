/** I4, R-171: the record of an act neither lost nor saying more than happened, wherever it breaks off. */
import { type AuditRecord, Problem } from '@fireguard/engine';
import { expect, test } from 'vitest';
import type { AuditDraft, AuditLog } from './audit-log.ts';
import { onRecord } from './on-record.ts';

const act = {
  ...({ kind: 'token', action: 'app-stopped', outcome: 'permit' } as const),
  caller: {
    kind: 'user',
    client: { id: 'app', name: 'App' },
    user: { id: 'u1', name: 'Pat', fhirUser: 'Patient/p1' },
    roles: ['patient'],
    purposes: [],
  },
  ...{ patients: ['p1'], resources: [], masked: [], withheld: 0, rules: [], requestId: 'r1' },
} as const;

/** A log whose disk takes `most` records. */
function log(most: number) {
  const kept: AuditDraft[] = [];
  const append = async (draft: AuditDraft): Promise<AuditRecord> => {
    if (kept.length >= most) throw new Problem('audit-unavailable', 'The service is not available at the moment.');
    kept.push(draft);
    return { ...draft, id: `record-${kept.length}`, recorded: 0 };
  };
  const nothing = async () => undefined;
  return { kept, auditLog: { append, searchable: nothing, healthy: () => true, close: nothing } satisfies AuditLog };
}

const told = (kept: readonly AuditDraft[]) => kept.map(({ kind, outcome, intent }) => [kind, outcome, intent]);

test('what holds is on record before it begins and after it holds', async () => {
  const { kept, auditLog } = log(9);
  const during: number[] = [];
  expect(await onRecord(auditLog, act, async () => during.push(kept.length))).toBe(1);
  expect(during).toEqual([1]);
  expect(told(kept)).toEqual([
    ['intent', 'unknown', undefined],
    ['token', 'permit', 'record-1'],
  ]);
  expect(kept[0]).toMatchObject({ intends: 'token', action: 'app-stopped', patients: ['p1'], requestId: 'r1' });
});

test('what fails is said to have failed', async () => {
  const { kept, auditLog } = log(9);
  const failing = onRecord(auditLog, act, () => Promise.reject(new Error('the database is away')));
  await expect(failing).rejects.toThrow('the database is away');
  expect(told(kept)).toEqual([
    ['intent', 'unknown', undefined],
    ['token', 'failure', 'record-1'],
  ]);
  expect(JSON.stringify(kept)).not.toContain('database');
});

test('nothing is done that cannot be recorded', async () => {
  const { kept, auditLog } = log(0);
  let done = false;
  const refused = onRecord(auditLog, act, async () => {
    done = true;
  });
  await expect(refused).rejects.toMatchObject({ code: 'audit-unavailable' });
  expect([kept, done]).toEqual([[], false]);
});

test('what is done and cannot be said to be done is not told to be, and stays unknown', async () => {
  for (const work of [async () => undefined, () => Promise.reject(new Error('away'))]) {
    const { kept, auditLog } = log(1);
    await expect(onRecord(auditLog, act, work)).rejects.toMatchObject({ code: 'audit-unavailable' });
    expect(told(kept)).toEqual([['intent', 'unknown', undefined]]);
  }
});
