/** Finds the command that is meant, checks its options, runs it, turns what goes wrong into one line. */
import { parseArgs } from 'node:util';
import { CliError } from './cli-error.ts';
import type { Command, Given, Output } from './command.ts';
import { commands } from './commands.ts';
import { helpFor, helpForAll } from './help.ts';

const out: Output = {
  print: (line) => void process.stdout.write(`${line}\n`),
  tell: (line) => void process.stderr.write(`${line}\n`),
};

// Whoever reads us has enough (`| head`): that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

process.exitCode = await run(process.argv.slice(2));

async function run(args: readonly string[]): Promise<number> {
  try {
    const command = commandOf(args);
    if (command === undefined) {
      out.print(helpForAll(commands, args));
      return args.length === 0 ? 2 : 0;
    }
    const rest = args.slice(command.name.split(' ').length);
    if (rest.includes('--help') || rest.includes('-h')) {
      out.print(helpFor(command));
      return 0;
    }
    return await command.run(readGiven(command, rest), out);
  } catch (error) {
    return await tellFailure(error);
  }
}

/** Undefined: help is wanted. */
function commandOf(args: readonly string[]): Command | undefined {
  const words = args.slice(
    0,
    args.findIndex((arg) => arg.startsWith('-')) < 0 ? args.length : args.findIndex((arg) => arg.startsWith('-')),
  );
  const found = commands.find(({ name }) => name.split(' ').every((word, at) => words[at] === word));
  if (found !== undefined) return found;
  const wantsHelp = args.some((arg) => arg === '--help' || arg === '-h') || words[0] === 'help';
  const begins = words.length > 0 && commands.some(({ name }) => name.startsWith(`${words[0]} `));
  if (args.length === 0 || (wantsHelp && (words.length === 0 || words[0] === 'help' || begins))) return undefined;
  if (words.length === 0) throw new CliError(`There is no option ${args[0]} here. "fireguard --help" lists the commands.`, 2);
  if (begins) {
    const known = commands
      .filter(({ name }) => name.startsWith(`${words[0]} `))
      .map(({ name }) => name.slice(words[0]!.length + 1));
    throw new CliError(`"fireguard ${words[0]}" takes one of: ${known.join(', ')}.`, 2);
  }
  throw new CliError(`There is no command "${words[0]}". "fireguard --help" lists the commands.`, 2);
}

function readGiven(command: Command, args: readonly string[]): Given {
  if (command.handsOn === true)
    return { text: () => undefined, needed: () => '', all: () => [], flag: () => false, rest: args };
  const { values, positionals } = parse(command, args);
  const names = command.arguments ?? [];
  const least = names.filter((name) => !name.startsWith('[')).length;
  const usage = `"fireguard ${command.name} --help" tells how it is used.`;
  if (positionals.length < least)
    throw new CliError(`"fireguard ${command.name}" needs ${names.slice(positionals.length, least).join(' ')}. ${usage}`, 2);
  if (positionals.length > names.length)
    throw new CliError(`"${positionals[names.length]}" is one argument too many. ${usage}`, 2);
  for (const [name, { required }] of Object.entries(command.options)) {
    if (required === true && values[name] === undefined)
      throw new CliError(`"fireguard ${command.name}" needs --${name}. ${usage}`, 2);
  }
  const text = (name: string) => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    text,
    needed: (name) => text(name) ?? '',
    all: (name) => {
      const value = values[name];
      return Array.isArray(value) ? value.map(String) : [];
    },
    flag: (name) => values[name] === true,
    rest: positionals,
  };
}

function parse(command: Command, args: readonly string[]) {
  const options = Object.fromEntries(
    Object.entries(command.options).map(([name, { type, multiple }]) => [
      name,
      { type, ...(multiple === true ? { multiple } : {}) },
    ]),
  );
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const what = (error as Error).message.split('. ')[0]!.replace(/\.$/, '');
    throw new CliError(`${what}. "fireguard ${command.name} --help" lists the options.`, 2);
  }
}

async function tellFailure(error: unknown): Promise<number> {
  if (error instanceof CliError) {
    out.tell(error.message);
    return error.exit;
  }
  // Loaded now, because nearly no run needs them.
  const [{ Problem }, { ConfigError }, { StorageError }] = await Promise.all([
    import('@fireguard/engine'),
    import('../config/config-error.ts'),
    import('../storage/storage-error.ts'),
  ]);
  if (error instanceof ConfigError) {
    for (const line of error.lines) out.tell(line);
    return 1;
  }
  if (error instanceof StorageError || error instanceof Problem) {
    out.tell(error.message);
    return 1;
  }
  const { code, message, stack } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    out.tell('The port is in use by another program: stop that one, or choose another port in the configuration.');
  else if (code === 'ENOSPC') out.tell('The disk is full: make room and try again.');
  else if (code !== undefined) out.tell(`${message}.`);
  else {
    out.tell(`An error inside Fireguard: ${message}. FIREGUARD_DEBUG=1 shows where.`);
    if (process.env['FIREGUARD_DEBUG'] === '1') out.tell(stack ?? '');
  }
  return 1;
}
