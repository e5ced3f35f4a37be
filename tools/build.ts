/**
 * `npm run build`: JavaScript and types of engine and server, and the console's files. `--console` builds only the console, and only when it is
 * older than its sources; `--packages` builds what `npm pack` needs.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const bin = path.join(root, 'node_modules', '.bin');
const only = process.argv[2];

if (only !== '--console') for (const name of ['engine', 'server']) compile(name);
if (only !== '--console' || consoleIsStale()) buildConsole();
if (only !== '--console') cpSync(path.join(root, 'console/dist'), path.join(root, 'server/dist/console'), { recursive: true });

function compile(name: string): void {
  rmSync(path.join(root, name, 'dist'), { recursive: true, force: true });
  execFileSync(path.join(bin, 'tsc'), ['-p', path.join(name, 'tsconfig.build.json')], { cwd: root, stdio: 'inherit' });
  for (const file of readdirSync(path.join(root, name, 'src'), { recursive: true, encoding: 'utf8' }))
    if (/\.css$/.test(file)) cpSync(path.join(root, name, 'src', file), path.join(root, name, 'dist', file));
  for (const file of ['LICENSE', 'README.md'])
    if (!existsSync(path.join(root, name, file))) cpSync(path.join(root, file), path.join(root, name, 'dist', file));
}

function buildConsole(): void {
  execFileSync(process.execPath, [path.join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'], {
    cwd: path.join(root, 'console'),
    stdio: 'inherit',
    // A test runner's environment would make a development build, with the paths of this machine in it.
    env: { ...process.env, NODE_ENV: 'production' },
  });
}

function consoleIsStale(): boolean {
  const built = path.join(root, 'console/dist/index.html');
  if (!existsSync(built)) return true;
  const time = statSync(built).mtimeMs;
  const sources = readdirSync(path.join(root, 'console'), { recursive: true, encoding: 'utf8' }).filter(
    (file) => !/^(dist|node_modules)/.test(file),
  );
  return sources.some((file) => statSync(path.join(root, 'console', file)).mtimeMs > time);
}
