/** notices are stored first and arrive at least once, signed, however often the other side, a node or the network fails. */
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { NoticeTarget } from '../../../src/notify/config.ts';
import { type Notifier, openNotifier } from '../../../src/notify/notifier.ts';
import { insertNotice, listNotices, takeDueNotices } from '../../../src/storage/notices.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { testStorage } from '../../../src/storage/testing.ts';
import { mailSink, webhookSink } from './sinks.ts';

let storage: Storage;
let hook: Awaited<ReturnType<typeof webhookSink>>;
let told: string[];
const opened: Notifier[] = [];
const secret = 'a-shared-secret-of-enough-length';

beforeEach(async () => {
  told = [];
  [storage, hook] = await Promise.all([testStorage(), webhookSink()]);
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
  await hook.close();
  await storage.close();
});

function open(...targets: readonly NoticeTarget[]): Notifier {
  const made = openNotifier({ db: storage.db, targets, now: Date.now, tell: (line) => told.push(line), pause: 50 });
  opened.push(made);
  return made;
}

const webhook = (): NoticeTarget => ({
  kind: 'webhook',
  name: 'office',
  topics: ['break-glass', 'alert'],
  url: hook.url,
  secret,
});
const notice = {
  topic: 'break-glass',
  title: 'Glass broken',
  text: 'Dr. A broke the glass.',
  facts: { minutes: 15 },
  link: 'https://console/review',
} as const;

test('a webhook gets the notice once, signed over time and body, within a second', async () => {
  await open(webhook()).enqueue(notice);
  await expect.poll(() => hook.received.length, { timeout: 1_000 }).toBe(1);
  const { headers, body } = hook.received[0]!;
  expect(JSON.parse(body)).toMatchObject({ ...notice, id: headers['idempotency-key'] });
  const [, seconds, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['fireguard-signature']))!;
  expect(signature).toBe(createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex'));
  expect(Math.abs(Date.now() / 1_000 - Number(seconds))).toBeLessThan(5);
});

test('a mail goes to each receiver, and a notice cannot write headers of its own', async () => {
  const mail = await mailSink();
  const to = ['privacy@example.org', 'safety@example.org'];
  await open({ kind: 'mail', name: 'mail', topics: ['alert'], server: mail.server, from: 'fireguard@example.org', to }).enqueue(
    {
      topic: 'alert',
      title: 'Many patients\r\nBcc: thief@example.org',
      text: 'Nurse B opened 80 records.\r\n.\r\nMAIL FROM:<x@y>',
    },
  );
  await expect.poll(() => mail.received.length).toBe(1);
  const [{ from, to: receivers, text }] = mail.received as [(typeof mail.received)[0]];
  expect([from, receivers.length]).toEqual([expect.stringContaining('fireguard@example.org'), 2]);
  expect(text).not.toMatch(/^Bcc:/m);
  expect(text).toContain('Nurse B opened 80 records.');
  await mail.close();
});

test('a file gets a line, and topics go only where they were asked for', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'fireguard-notices-'));
  const file = path.join(folder, 'checkpoints');
  const notifier = open(webhook(), { kind: 'file', name: 'file', topics: ['checkpoint'], path: file });
  await notifier.enqueue({ id: 'c1', topic: 'checkpoint', title: 'c', text: 'c' });
  await notifier.enqueue({ id: 'c1', topic: 'checkpoint', title: 'c', text: 'c' });
  await notifier.enqueue({ id: 'n1', ...notice });
  await expect.poll(() => hook.received.length).toBe(1);
  await expect.poll(() => readFileSync(file, 'utf8').trim().split('\n').length).toBe(1);
  expect(hook.received[0]!.headers['idempotency-key']).toBe('n1');
  rmSync(folder, { recursive: true });
});

test('what is refused is tried again, by the next start too, and the officers see why', async () => {
  hook.state.status = 503;
  const first = open(webhook());
  await first.enqueue({ id: 'n1', ...notice });
  await expect.poll(() => told.length).toBe(1);
  expect(told[0]).toMatch(/"office" and will be sent again: it answered 503/);
  expect((await listNotices(storage.db, ['break-glass'], 10))[0]!.deliveries[0]).toMatchObject({
    target: 'office',
    failure: 'it answered 503',
    delivered: null,
  });
  await first.close();
  hook.state.status = 200;
  await sql`UPDATE notice_delivery SET next_try = now()`.execute(storage.db);
  open(webhook());
  await expect.poll(() => hook.received.length).toBe(1);
  await expect
    .poll(async () => (await listNotices(storage.db, ['break-glass'], 10))[0]!.deliveries[0]!.delivered)
    .not.toBeNull();
});

test('two nodes share the queue: each notice goes out once, and what a node took and never ended is taken again', async () => {
  const nodes = [open(webhook()), open(webhook())];
  await Promise.all(Array.from({ length: 40 }, (_one, index) => nodes[index % 2]!.enqueue({ id: `n${index}`, ...notice })));
  await expect.poll(() => hook.received.length, { timeout: 5_000 }).toBe(40);
  expect(new Set(hook.received.map(({ headers }) => headers['idempotency-key'])).size).toBe(40);
  await Promise.all(opened.splice(0).map((one) => one.close()));
  await insertNotice(storage.db, { id: 'lost', topic: 'alert', body: '{}' }, ['later']);
  expect(await takeDueNotices(storage.db, ['later'], 0)).toHaveLength(1);
  expect(await takeDueNotices(storage.db, ['later'], 60)).toMatchObject([{ id: 'lost' }]);
  expect(await takeDueNotices(storage.db, ['later'], 60)).toHaveLength(0);
});
