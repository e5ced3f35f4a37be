/**
 * `npm run attacks -- audit [--count 1000] [--seed 1]`: ends with `audit: N tried, N detected`, and with 1 when an attack was missed or a clean trail accused.
 * `npm run attacks -- crash [--count 200] [--seed 1]`: ends with `crash: N moments, …`, and with 1 when an answer had no record or the chain broke.
 */
import { parseArgs } from 'node:util';
import { attackAudit } from './audit.ts';
import { crashAudit } from './crash.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { count: { type: 'string' }, seed: { type: 'string', default: '1' } },
});
const [what] = positionals;
const [count, seed] = [Number(values.count ?? (what === 'crash' ? 200 : 1000)), Number(values.seed)];
if ((what !== 'audit' && what !== 'crash') || !Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(seed)) {
  console.error('There are: npm run attacks -- audit [--count N] [--seed N], npm run attacks -- crash [--count N] [--seed N]');
  process.exit(1);
}
process.exit((await (what === 'audit' ? audit() : crash())) ? 0 : 1);

async function audit(): Promise<boolean> {
  const { tried, detected, controls, wrong } = await attackAudit(count, seed);
  for (const line of wrong) console.log(`WRONG ${line}`);
  const accused = wrong.filter((line) => line.startsWith('control')).length;
  console.log(`${controls} trails that nobody touched, ${controls - accused} verified`);
  console.log(`audit: ${tried} tried, ${detected} detected`);
  return wrong.length === 0;
}

async function crash(): Promise<boolean> {
  const { moments, requests, answers, exportFiles, unrecorded, chainBreaks, duplicates, unfinished, torn, wrong } =
    await crashAudit(count, seed, console.log);
  for (const [way, times] of Object.entries(moments)) console.log(`${String(times).padStart(5)}  ${way}`);
  console.log(`${requests} requests, ${answers} answers, ${exportFiles} files of exports, ${torn} torn tails set aside`);
  const tried = Object.values(moments).reduce((sum, times) => sum + times, 0);
  console.log(
    `crash: ${tried} moments, ${unrecorded} answers without a record, ${chainBreaks} breaks of the chain, ${duplicates} duplicates, ${unfinished} writes without an end, ${wrong.some((line) => line.includes('shown as unknown')) ? 'NOT ' : ''}all shown as unknown`,
  );
  return wrong.length === 0;
}
