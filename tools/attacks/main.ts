/** `npm run attacks -- audit [--count 1000] [--seed 1]`: ends with `audit: N tried, N detected`, and with 1 when an attack was missed or a clean trail accused. */
import { parseArgs } from 'node:util';
import { attackAudit } from './audit.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { count: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
});
const [count, seed] = [Number(values.count), Number(values.seed)];
if (positionals[0] !== 'audit' || !Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(seed)) {
  console.error('There is: npm run attacks -- audit [--count N] [--seed N]');
  process.exit(1);
}
const { tried, detected, controls, wrong } = await attackAudit(count, seed);
for (const line of wrong) console.log(`WRONG ${line}`);
console.log(
  `${controls} trails that nobody touched, ${controls - wrong.filter((line) => line.startsWith('control')).length} verified`,
);
console.log(`audit: ${tried} tried, ${detected} detected`);
process.exit(wrong.length === 0 ? 0 : 1);
