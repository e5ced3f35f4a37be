/**
 * The one way in: `npm start`, `npm test` and the other scripts come here. Runs on whatever Node npm was started with (20 or newer), has no
 * dependencies, installs what is missing exactly as the lock file says, then hands over to the Node 24 that the lock file brings along.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const [command = 'start', ...rest] = process.argv.slice(2);

const programs = {
  start: 'demo/src/main.ts',
  test: 'tools/test.ts',
  check: 'tools/check.ts',
  bench: 'bench/main.ts',
  conformance: 'conformance/main.ts',
  fuzz: 'conformance/fuzz/main.ts',
  build: 'tools/build.ts',
  tables: 'tools/tables/generate.ts',
  docs: 'tools/docs.ts',
  attacks: 'tools/attacks/main.ts',
  'two-worlds': 'server/test/two-worlds/main.ts',
};

if (!(command in programs)) fail(`Unknown command “${command}”. There are: ${Object.keys(programs).join(', ')}.`);
if (Number(process.versions.node.split('.')[0]) < 20)
  fail(`Fireguard needs Node 20 or newer to install; this is ${process.version}.`);

if (!installed()) {
  console.log('Installing what is missing (once; about a minute) …');
  const npm = process.env.npm_execpath;
  const [file, args] = npm ? [process.execPath, [npm]] : ['npm', []];
  const result = spawnSync(file, [...args, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (result.status !== 0) fail('npm ci did not finish. Check the network and the free space on this disk, then start again.');
}

const child = spawn(node24(), ['--conditions=fireguard-source', path.join(root, programs[command]), ...rest], {
  cwd: process.env.INIT_CWD ?? root,
  stdio: 'inherit',
  env: { ...process.env, PATH: `${path.join(root, 'node_modules', '.bin')}${path.delimiter}${process.env.PATH ?? ''}` },
});
// The child decides when to end: a Ctrl-C reaches it through the terminal, a SIGTERM to us is passed on.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
process.on('SIGHUP', () => child.kill('SIGHUP'));
// When npm itself is ended from outside, nobody passes a signal on: whoever is left without the parent that started it, stops.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) child.kill('SIGTERM');
}, 500).unref();
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));

/** True when node_modules holds exactly what the lock file asks of this platform. */
function installed() {
  const have = packages('node_modules/.package-lock.json');
  const want = packages('package-lock.json');
  if (have === undefined || want === undefined) return false;
  return Object.entries(want).every(([name, wanted]) => {
    if (!name.includes('node_modules/') || wanted.link) return true;
    const found = have[name];
    return found
      ? found.version === wanted.version
      : wanted.optional === true || wanted.devOptional === true || wanted.peer === true;
  });
}

function packages(file) {
  const full = path.join(root, file);
  return existsSync(full) ? JSON.parse(readFileSync(full, 'utf8')).packages : undefined;
}

/** The Node 24 of the lock file, or this one where it is new enough (macOS has no such package). */
function node24() {
  const bundled = path.join(root, 'node_modules', '.bin', 'node');
  if (existsSync(bundled)) return bundled;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  return fail(`This platform (${process.platform} ${process.arch}) has no bundled Node 24. Install Node 24 and start again.`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
