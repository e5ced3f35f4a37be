/** `fireguard config print` */
import type { Command } from './command.ts';
import { configOption } from './config-option.ts';

export const configPrint: Command = {
  name: 'config print',
  summary: 'Print the effective configuration, defaults filled in, secrets masked',
  options: { config: configOption },
  async run(given, out) {
    const { readConfig } = await import('./read-config.ts');
    const { printConfig } = await import('../config/print-config.ts');
    out.print(printConfig(readConfig(given.text('config'), undefined).config).trimEnd());
    return 0;
  },
};
