/** `npm run fuzz -- oauth [--requests N] [--seed S]`: fuzzes the OAuth endpoints of a fresh demo over TLS; the last line is `oauth: N requests, N complaints`. */
import { parseArgs } from 'node:util';
import { startSubject } from '../smart/subject.ts';
import { fuzzOauth } from './fuzz-oauth.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { requests: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' } },
});
const [requests, seed] = [Number(values.requests), Number(values.seed)];
if (positionals.join(' ') !== 'oauth' || !Number.isInteger(requests) || !Number.isInteger(seed)) {
  console.error('usage: npm run fuzz -- oauth [--requests N] [--seed S]');
  process.exit(2);
}
const subject = await startSubject();
try {
  const began = performance.now();
  const { complaints, statuses, counts, requests: done } = await fuzzOauth(subject, requests, seed);
  for (const { what, turn, shot } of complaints.slice(0, 20)) {
    console.log(`turn ${turn}: ${what.slice(0, 400)}`);
    if (shot === undefined) continue;
    console.log(
      `  ${shot.method} ${shot.path.slice(0, 600)}\n  ${JSON.stringify(shot.headers).slice(0, 1200)}\n  ${(shot.body ?? '').slice(0, 900)}`,
    );
  }
  const table = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`);
  console.log(`statuses  ${table.join('  ')}`);
  console.log(`given     ${[...counts].map(([name, number]) => `${name}: ${number}`).join('  ')}`);
  console.log(`seed ${seed}, ${((performance.now() - began) / 1000).toFixed(0)} s`);
  console.log(`oauth: ${done} requests, ${complaints.length} complaints`);
  process.exitCode = complaints.length === 0 ? 0 : 1;
} finally {
  await subject.stop();
}
