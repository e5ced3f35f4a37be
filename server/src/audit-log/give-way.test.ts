/** As an ordinary user sees it: whoever starts the server low (`nice`) may not raise it again. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { getPriority, tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(path.join(tmpdir(), 'fireguard-give-way-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = path.join(folder, 'give-way.ts');
copyFileSync(path.join(import.meta.dirname, 'give-way.ts'), file);

const program = `
  import { getPriority } from 'node:os';
  const { giveWay } = await import(${JSON.stringify(file)});
  if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534); }
  giveWay();
  console.log(getPriority(0));
`;

test.skipIf(process.platform !== 'linux').each([0, 15])(
  'started %i below who runs the tests, it ends at 10 or where it was',
  (start) => {
    // 19 is as low as it gets.
    const started = Math.min(19, getPriority() + start);
    const end = Math.max(10, started);
    const args = ['-n', String(start), process.execPath, '--input-type=module', '--eval', program];
    const { stdout, stderr } = spawnSync('nice', args, { encoding: 'utf8' });
    expect(stdout.trim(), stderr).toBe(String(end));
  },
);
