/** docs/reference/cli.md: the command line's own help. */
import { commands } from '../../server/src/cli/commands.ts';
import { helpFor, helpForAll } from '../../server/src/cli/help.ts';
import { page } from './markdown.ts';

export function cliPage(): string {
  const fenced = (text: string) => `\`\`\`text\n${text}\n\`\`\``;
  return page(
    'Command line',
    'the help of `fireguard` itself',
    `In a checkout: \`npx fireguard …\`. Results go to standard output, everything else to standard error. Exit status: 0 it worked, 1 it did not, 2 it was asked
wrongly. Commands that look at or change a running server reach it through a socket in its home folder, as the account that runs it.`,
    fenced(helpForAll(commands, [])),
    ...commands.map((command) => `## fireguard ${command.name}\n\n${fenced(helpFor(command))}`),
  );
}
