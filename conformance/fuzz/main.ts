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
  const { complaints, statuses, tokens } = await fuzzOauth(subject, requests, seed);
  for (const { what, shot } of complaints.slice(0, 20))
    console.log(
      `${what}\n  ${shot.method} ${shot.path.slice(0, 600)}\n  ${JSON.stringify(shot.headers).slice(0, 300)}\n  ${(shot.body ?? '').slice(0, 600)}`,
    );
  const table = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`);
  console.log(`${table.join('  ')}  tokens: ${tokens}  (seed ${seed}, ${((performance.now() - began) / 1000).toFixed(0)} s)`);
  console.log(`oauth: ${requests} requests, ${complaints.length} complaints`);
  process.exitCode = complaints.length === 0 ? 0 : 1;
} finally {
  await subject.stop();
}
