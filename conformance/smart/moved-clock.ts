/**
 * Preloaded into the server under test, as faketime would be: its clock is as many seconds ahead as the file named in MOVED_CLOCK says, read again at
 * SIGUSR2. The server knows nothing of it; how long things live can be tried without waiting.
 */
import { readFileSync } from 'node:fs';
import process from 'node:process';

const file = process.env['MOVED_CLOCK'] ?? '';
const Real = Date;
let ahead = 0;
const now = (): number => Real.now() + ahead;

globalThis.Date = new Proxy(Real, {
  construct: (target, given, as) => Reflect.construct(target, given.length === 0 ? [now()] : given, as) as Date,
  get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)),
});

process.on('SIGUSR2', () => {
  ahead = Number(readFileSync(file, 'utf8')) * 1000;
});
