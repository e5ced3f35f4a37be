/** `fireguard config check` */
import type { Command } from './command.ts';
import { configOption } from './config-option.ts';

export const configCheck: Command = {
  name: 'config check',
  summary: 'Say whether the configuration can be used, and what it weakens',
  options: { config: configOption },
  async run(given, out) {
    const { readConfig } = await import('./read-config.ts');
    const { weakenings } = await import('../config/posture.ts');
    const { config, file } = readConfig(given.text('config'), undefined);
    for (const line of weakenings(config)) out.print(`WEAKENED ${line}`);
    out.print(`${file} can be used.`);
    return 0;
  },
};
