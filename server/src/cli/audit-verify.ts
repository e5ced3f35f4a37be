/** `fireguard audit verify`: reads the journal itself and needs no server, so that it can be asked after a server that nobody trusts any more. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { verificationProblem } from '../admin-api/verification-problem.ts';
import { verifyJournal } from '../audit-log/verify.ts';
import { CliError } from './cli-error.ts';
import { type Command, jsonOption } from './command.ts';

export const auditVerify: Command = {
  name: 'audit verify',
  summary: 'Check that no audit record was changed, removed or moved; needs no server',
  options: {
    home: { type: 'string', value: 'DIR', what: 'home folder whose journal is read (default ./.fireguard)' },
    json: jsonOption,
  },
  async run(given, out) {
    const folder = path.join(path.resolve(given.text('home') ?? '.fireguard'), 'audit');
    if (
      !(await stat(folder).then(
        (found) => found.isDirectory(),
        () => false,
      ))
    ) {
      throw new CliError(`There is no audit journal in ${folder}. Name the home of a Fireguard with --home.`);
    }
    const result = await verifyJournal(folder);
    if (given.flag('json')) out.print(JSON.stringify(result));
    else if (result.ok)
      out.print(
        `Unbroken: ${counted(result.records, 'record')} in ${counted(result.segments, 'segment')}. Head ${result.head.hash}.`,
      );
    else out.print(`BROKEN at ${verificationProblem(result)}. Keep a copy of ${folder} before anything else.`);
    return result.ok ? 0 : 1;
  },
};

function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
