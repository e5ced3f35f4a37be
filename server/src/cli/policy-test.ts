/** `fireguard policy test` */
import type { Difference } from '@fireguard/engine';
import type { Command } from './command.ts';
import { policyOptions, policyPlace, policyWorlds } from './policy-option.ts';

export const policyTest: Command = {
  name: 'policy test',
  summary: 'Run decision cases against policies, and say which do not come out as they should',
  arguments: ['CASES'],
  options: policyOptions,
  async run(given, out) {
    const [{ caseBooks }, { runCases }] = await Promise.all([
      import('./policy-case-books.ts'),
      import('../policy-trial/run-cases.ts'),
    ]);
    const worldOf = await policyWorlds(policyPlace(given));
    let [passed, failed] = [0, 0];
    for (const place of given.rest) {
      for (const { file, book, callers } of caseBooks(place)) {
        const run = runCases(book, callers, worldOf);
        passed += run.passed;
        failed += run.failed.length;
        out.print(`${run.failed.length === 0 ? 'ok  ' : 'FAIL'}  ${file}: ${book.title} (${book.cases.length})`);
        for (const one of run.failed) {
          out.print(`      “${one.case}”`);
          for (const difference of one.differences) out.print(`        ${inWords(difference)}`);
          out.print(`        ${one.sentence}`);
        }
      }
    }
    out.print(`cases: ${passed} passed, ${failed} failed`);
    return failed === 0 ? 0 : 1;
  },
};

function inWords({ key, expected, found }: Difference): string {
  return `${key}: expected ${text(expected)}, found ${text(found)}`;
}

function text(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(', ')}]` : ((value as string | undefined) ?? 'nothing');
}
