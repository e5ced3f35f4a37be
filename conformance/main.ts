/**
 * `npm run conformance -- smart [--mutants] [--only TEXT] [--report FILE] [--list]`: holds every row against the real server over TLS and prints them as a table; its last line is
 * `smart: N passed, N failed`. `--only` takes a text in ids or words, or the beginnings of ids with commas between. `--list` prints the SHALLs of the IG and
 * which rows ask each, and starts nothing. With `--mutants` each row is held against a server from which what it asks was removed, and passes by failing.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { closeBrowser } from './smart/approve-by-browser.ts';
import { report } from './smart/report.ts';
import { allRows } from './smart/rows/all.ts';
import { type Result, runMutants, runRows } from './smart/run-rows.ts';
import { shallLines } from './smart/shalls.ts';
import { startSubject } from './smart/subject.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    mutants: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    only: { type: 'string' },
    report: { type: 'string' },
  },
});
if (positionals.join(' ') !== 'smart') {
  console.error('usage: npm run conformance -- smart [--mutants] [--only TEXT] [--report FILE] [--list]');
  process.exit(2);
}

if (values.list) {
  console.log(shallLines().join('\n'));
  process.exit(0);
}

const ids = allRows.map(({ id }) => id);
const twice = ids.filter((id, at) => ids.indexOf(id) !== at);
if (twice.length > 0) throw new Error(`ids used twice: ${twice.join(', ')}`);
const { only, mutants } = values;
const rows = allRows.filter(
  ({ id, says }) =>
    only === undefined ||
    id.includes(only) ||
    says.includes(only) ||
    only.split(',').some((part) => part !== '' && id.startsWith(part)),
);
const width = Math.max(...rows.map(({ id }) => id.length));

const subject = await startSubject();
try {
  const results = await (mutants ? runMutants : runRows)(subject, rows, print);
  if (values.report !== undefined && !mutants) writeFileSync(values.report, report(subject, results));
  const passed = results.filter((result) => result.passed).length;
  console.log(`smart${mutants ? ' mutants' : ''}: ${passed} passed, ${results.length - passed} failed`);
  process.exitCode = passed === results.length && passed > 0 ? 0 : 1;
} finally {
  await closeBrowser();
  await subject.stop();
}

function print({ row, passed, note }: Result): void {
  const told = note === '' ? '' : mutants && passed ? `   [${note}]` : `\n${' '.repeat(width + 8)}${note}`;
  console.log(`${passed ? 'pass' : 'FAIL'}  ${row.id.padEnd(width)}  ${row.says}${told}`);
}
