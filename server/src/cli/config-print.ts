/** `fireguard config print` */
import { printConfig } from '../config/print-config.ts';
import type { Command } from './command.ts';
import { configOption, readConfig } from './read-config.ts';

export const configPrint: Command = {
  name: 'config print',
  summary: 'Print the effective configuration, defaults filled in, secrets masked',
  options: { config: configOption },
  async run(given, out) {
    out.print(printConfig(readConfig(given.text('config'), undefined).config).trimEnd());
    return 0;
  },
};
