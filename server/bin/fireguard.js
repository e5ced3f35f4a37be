#!/usr/bin/env node
// The command `fireguard`. Committed as plain JavaScript, so that npm can link it before anything is built, and so that an old Node can
// still say what is wrong. In a checkout it runs the sources with the Node 24 that the lock file brought; installed, it runs what was built.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const source = path.resolve(here, '../src/cli/main.ts');
const isModern = Number(process.versions.node.split('.')[0]) >= 24;

if (existsSync(path.resolve(here, '../src'))) {
  const node = isModern ? process.execPath : nodeOfCheckout(here);
  if (node === undefined)
    fail(`Fireguard needs Node 24; this is ${process.version}. Run \`npm ci\` in the checkout: it brings its own.`);
  const child = spawn(node, ['--conditions=fireguard-source', source, ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C reaches the child through the terminal; what is sent to us alone is passed on. The child decides when to end.
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', () => fail(`Node cannot be started: ${node}`));
  child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
} else if (isModern) {
  await import('../dist/cli/main.js');
} else {
  fail(`Fireguard needs Node 24 or newer; this is ${process.version}.`);
}

function nodeOfCheckout(folder) {
  const candidate = path.join(folder, 'node_modules', '.bin', 'node');
  if (existsSync(candidate)) return candidate;
  const parent = path.dirname(folder);
  return parent === folder ? undefined : nodeOfCheckout(parent);
}

function fail(line) {
  console.error(line);
  process.exit(1);
}
