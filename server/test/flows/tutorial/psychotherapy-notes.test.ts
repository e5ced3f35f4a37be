/** docs/tutorial/psychotherapy-notes.md, followed word for word: every block is run as it stands, and prints what the page says. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../../..');
const page = readFileSync(path.join(root, 'docs/tutorial/psychotherapy-notes.md'), 'utf8');

interface Step {
  readonly commands: string;
  /** What the page shows after it; undefined = nothing. */
  readonly shown: string | undefined;
}

function stepsOf(text: string): readonly Step[] {
  const blocks = [...text.matchAll(/^```(sh|text)\n([\s\S]*?)^```$/gm)].map(([, kind, body]) => ({ kind, body: body! }));
  return blocks.flatMap(({ kind, body }, at) => {
    if (kind !== 'sh') return [];
    const next = blocks[at + 1];
    return [{ commands: body, shown: next?.kind === 'text' ? next.body : undefined }];
  });
}

test('each command prints what the page shows', async () => {
  const steps = stepsOf(page);
  expect(steps.length).toBeGreaterThanOrEqual(6);
  const mark = '=== next ===';
  const launcher = path.join(root, 'server/bin/fireguard.js');
  // `npx fireguard` finds the launcher of the clone; here it is named, so that nothing is looked for elsewhere.
  const script = [
    `npx() { shift; '${process.execPath}' '${launcher}' "$@"; }`,
    ...steps.flatMap(({ commands }) => [commands, `echo '${mark}'`]),
  ];
  const printed = await new Promise<string>((resolve, reject) => {
    execFile('bash', ['-eu', '-c', script.join('\n')], { cwd: root }, (error, out, err) =>
      error === null ? resolve(out) : reject(new Error(`${err}\n${out}`)),
    );
  });
  const outputs = printed.split(`${mark}\n`);
  for (const [at, { shown = '', commands }] of steps.entries()) {
    let from = 0;
    // “…” on a line of its own: something is left out there.
    for (const part of shown.split('…\n')) {
      const found = outputs[at]!.indexOf(part, from);
      expect(found, `${commands}\nprinted\n${outputs[at]}\nand not\n${part}`).toBeGreaterThanOrEqual(0);
      from = found + part.length;
    }
  }
}, 120_000);
