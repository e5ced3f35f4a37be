/** what was acknowledged survives kill -9; a real full disk acknowledges nothing. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readLine } from '../../../src/audit-log/chain.ts';
import { openJournal } from '../../../src/audit-log/journal.ts';
import { diskFolder } from '../../../src/audit-log/journal-folder.ts';
import { verifyJournal } from '../../../src/audit-log/verify.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fireguard-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (path: string) => openJournal({ folder: diskFolder(path), node: 'killed', now: Date.now, tell: () => undefined });

function idsIn(path: string): Set<string> {
  const ids = new Set<string>();
  for (const name of readdirSync(path).filter((file) => file.endsWith('.jsonl'))) {
    for (const text of readFileSync(join(path, name), 'utf8').split('\n')) {
      const line = readLine(text);
      if (line?.kind === 'record') ids.add((JSON.parse(line.record) as { id: string }).id);
    }
  }
  return ids;
}

test('R-171 killed again and again under load: every acknowledged record is there, and the chain holds', async () => {
  const acknowledged: string[] = [];
  for (let round = 0; round < 4; round += 1) {
    const child = spawn(process.execPath, ['--conditions=fireguard-source', join(import.meta.dirname, 'appender.ts'), folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    const ended = new Promise((resolve) => child.stdout.once('close', resolve));
    child.stdout.on('data', (chunk: Buffer) => {
      if (said === '') setTimeout(() => child.kill('SIGKILL'), 150 + round * 97);
      said += chunk.toString();
    });
    await ended;
    acknowledged.push(...said.split('\n').filter((id) => id.length === 36));
  }
  expect(acknowledged.length).toBeGreaterThan(500);
  const journal = await open(folder);
  await journal.append({ id: 'after', kind: 'request' });
  await journal.close();
  const found = idsIn(folder);
  expect(acknowledged.filter((id) => !found.has(id))).toEqual([]);
  expect(await verifyJournal(folder)).toMatchObject({ ok: true, unfinished: 0 });
});

test.skipIf(!canMount())(
  'R-171 a full file system: refused, healthy again when there is room, no half line left (skipped where tmpfs cannot be mounted)',
  async () => {
    const small = join(folder, 'small');
    mkdirSync(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', small]);
    try {
      writeFileSync(join(small, 'ballast'), Buffer.alloc(400_000));
      const journal = await open(small);
      const acknowledged: string[] = [];
      let refused: unknown;
      for (let n = 0; refused === undefined && n < 2_000; n += 1) {
        const id = `record-${n}`;
        await journal.append({ id, reason: 'x'.repeat(500) }).then(
          () => acknowledged.push(id),
          (error: unknown) => {
            refused = error;
          },
        );
      }
      expect(refused).toMatchObject({ code: 'audit-unavailable' });
      expect(acknowledged.length).toBeGreaterThan(100);
      expect(journal.healthy()).toBe(false);
      rmSync(join(small, 'ballast'));
      await expect.poll(() => journal.healthy(), { timeout: 5_000 }).toBe(true);
      await journal.append({ id: 'after' });
      await journal.close();
      expect([...idsIn(small)]).toEqual([...acknowledged, 'after']);
      expect(await verifyJournal(small)).toMatchObject({ ok: true, records: acknowledged.length + 1, unfinished: 0 });
    } finally {
      execFileSync('umount', [small]);
    }
  },
);

test('5,000 records a second at 64 at once, durable', async () => {
  const journal = await open(folder);
  const began = performance.now();
  let count = 0;
  await Promise.all(
    Array.from({ length: 64 }, async () => {
      while (performance.now() - began < 1_000) {
        await journal.append({ id: 'x', kind: 'request', reason: 'y'.repeat(400) });
        count += 1;
      }
    }),
  );
  await journal.close();
  // A shared machine: the target is 5,000, and what is asserted only catches a loss of group commit.
  console.log(`${count} durable records in a second`);
  expect(count).toBeGreaterThan(1_500);
});

function canMount(): boolean {
  if (process.getuid?.() !== 0) return false;
  const place = mkdtempSync(join(tmpdir(), 'fireguard-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', place], { stdio: 'ignore' });
    execFileSync('umount', [place]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
