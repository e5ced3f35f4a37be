/** `fireguard audit verify`: reads the journal itself and needs no server, so that it can be asked after a server that nobody trusts any more. */
import { existsSync, readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { ClientConfig } from 'pg';
import { verificationProblem } from '../admin-api/verification-problem.ts';
import { publicKeyName } from '../audit-log/checkpoint-key.ts';
import { checkpointsName } from '../audit-log/open-audit-log.ts';
import { verifyInThread } from '../audit-log/verify-thread.ts';
import { openExternal } from '../storage/external.ts';
import { openManaged, runningManaged } from '../storage/managed.ts';
import { CliError } from './cli-error.ts';
import { type Command, jsonOption } from './command.ts';

export const auditVerify: Command = {
  name: 'audit verify',
  summary: 'Check that no audit record was changed, removed or moved; needs no server',
  options: {
    checkpoints: {
      type: 'string',
      value: 'FILE',
      what: 'checkpoints that were kept elsewhere (default: those beside the journal)',
    },
    key: { type: 'string', value: 'FILE', what: 'public key of the checkpoints, PEM (default: the one in the home folder)' },
    database: {
      type: 'string',
      value: 'URL',
      what: 'compare with this database too: postgres://…, or "managed" for the one in the home folder',
    },
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
    const home = path.dirname(folder);
    const beside = path.join(folder, checkpointsName);
    const checkpoints = given.text('checkpoints') ?? (existsSync(beside) ? beside : undefined);
    const keyFile = given.text('key') ?? path.join(home, publicKeyName);
    if (checkpoints !== undefined && !existsSync(keyFile))
      throw new CliError(`There is no public key in ${keyFile}. Name the key of the checkpoints with --key.`);
    const database = await databaseOf(given.text('database'), home);
    const result = await verifyInThread({
      path: folder,
      publicKey: checkpoints === undefined ? undefined : readFileSync(keyFile, 'utf8'),
      checkpoints,
      database: database?.config,
    })
      .catch((error: Error) => {
        throw new CliError(`It cannot be verified: ${error.message}.`);
      })
      .finally(() => database?.close());
    if (given.flag('json')) out.print(JSON.stringify(result));
    else if (!result.ok) out.print(`BROKEN at ${verificationProblem(result)}. Keep a copy of ${folder} before anything else.`);
    else {
      out.print(
        `Unbroken: ${counted(result.records, 'record')} in ${counted(result.segments, 'segment')}. Head ${result.head.hash}.`,
      );
      if (checkpoints === undefined) out.tell('No checkpoints: nobody can tell whether the whole chain was computed anew.');
      else out.print(`Proven by ${counted(result.checkpoints, 'checkpoint')} up to record ${result.proven}.`);
      if (result.rows !== undefined)
        out.print(`The database holds ${counted(result.rows, 'record')}, each as the journal does.`);
      if (checkpoints === beside)
        out.tell('The checkpoints lay beside the journal: whoever can write there can remove them. Keep a copy elsewhere.');
    }
    return result.ok ? 0 : 1;
  },
};

function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

interface Database {
  readonly config: ClientConfig;
  close(): Promise<void>;
}

async function databaseOf(where: string | undefined, home: string): Promise<Database | undefined> {
  if (where === undefined) return undefined;
  const silent = () => undefined;
  if (where !== 'managed') return { config: (await openExternal(where, silent))('runtime'), close: async () => undefined };
  // A server at work has it open; otherwise it is started for as long as this takes.
  const running = runningManaged(home);
  if (running !== undefined) return { config: running('runtime'), close: async () => undefined };
  const managed = await openManaged({ home }, silent);
  return { config: managed.connect('runtime'), close: () => managed.close() };
}
