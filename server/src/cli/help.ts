/** `--help`, for all commands and for each, from the same values that are parsed. */
import type { Command } from './command.ts';

export function helpForAll(commands: readonly Command[], args: readonly string[]): string {
  const group = args.find((arg) => !arg.startsWith('-') && arg !== 'help');
  const shown = commands.filter(({ name }) => group === undefined || name === group || name.startsWith(`${group} `));
  const list = shown.length === 0 ? commands : shown;
  const width = Math.max(...list.map(({ name }) => name.length));
  return [
    'fireguard: the security subsystem for FHIR',
    '',
    ...list.map(({ name, summary }) => `  fireguard ${name.padEnd(width)}  ${summary}`),
    '',
    '"fireguard COMMAND --help" tells about one of them.',
  ].join('\n');
}

export function helpFor(command: Command): string {
  const options = Object.entries(command.options).map(([name, { type, value, what, required, multiple }]) => ({
    left: `--${name}${type === 'string' ? ` ${value ?? name.toUpperCase()}` : ''}`,
    right: `${what}${required === true ? ' (needed)' : ''}${multiple === true ? ' (may be repeated)' : ''}`,
  }));
  const width = Math.max(0, ...options.map(({ left }) => left.length));
  const usage = ['fireguard', command.name, ...(command.arguments ?? []), ...(options.length === 0 ? [] : ['[options]'])].join(
    ' ',
  );
  return [
    usage,
    '',
    `  ${command.summary}`,
    ...(options.length === 0 ? [] : ['', ...options.map(({ left, right }) => `  ${left.padEnd(width)}  ${right}`)]),
  ].join('\n');
}
