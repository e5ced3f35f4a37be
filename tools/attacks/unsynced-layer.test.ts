/** That the layer loses what was not synced, and only that: a journal of its own process, killed while it writes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(path.join(tmpdir(), 'fireguard-unsynced-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Appends without end, and says each id once the journal said that it is durable. */
const program = `
  import { openJournal } from '${path.resolve(import.meta.dirname, '../../server/src/audit-log/journal.ts')}';
  import { diskFolder } from '${path.resolve(import.meta.dirname, '../../server/src/audit-log/journal-folder.ts')}';
  const folder = diskFolder(process.env.FIREGUARD_UNSYNCED);
  const journal = await openJournal({ folder, node: 'lost', now: Date.now, tell: () => undefined, segmentBytes: 20_000 });
  const line = async (of) => {
    for (let n = 0; ; n += 1) {
      await journal.append({ id: of + '-' + n, reason: 'x'.repeat(2_000) });
      process.stdout.write(of + '-' + n + '\\n');
    }
  };
  for (let of = 0; of < 8; of += 1) void line(of);
`;

async function killedWhileWriting(more: Readonly<Record<string, string>>): Promise<{ told: readonly string[]; kept: string }> {
  const at = mkdtempSync(path.join(folder, 'journal-'));
  const args = ['--conditions=fireguard-source', '--import', new URL('./unsynced-layer.ts', import.meta.url).href];
  const child = spawn(process.execPath, [...args, '--input-type=module-typescript', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, FIREGUARD_UNSYNCED: at, ...more },
  });
  const told: string[] = [];
  const lines = createInterface({ input: child.stdout });
  await new Promise<void>((resolve) => {
    lines.on('line', (id) => {
      told.push(id);
      if (told.length === 100) resolve();
    });
  });
  child.kill('SIGKILL');
  await once(child, 'exit');
  const segments = readdirSync(at).filter((name) => /^\d{8}\.jsonl$/.test(name));
  return { told, kept: segments.map((name) => readFileSync(path.join(at, name), 'utf8')).join('') };
}

test('R-171 what the journal acknowledged is there after a power loss', async () => {
  const { told, kept } = await killedWhileWriting({});
  expect(told.filter((id) => !kept.includes(`"id":"${id}"`))).toEqual([]);
});

test('a disk that lies about its syncs is found out', async () => {
  const { told, kept } = await killedWhileWriting({ FIREGUARD_UNSYNCED_LIES: '1' });
  expect(told.filter((id) => !kept.includes(`"id":"${id}"`))).not.toEqual([]);
});
