/** `fireguard config check` */
import { weakenings } from '../config/posture.ts';
import type { Command } from './command.ts';
import { configOption, readConfig } from './read-config.ts';

export const configCheck: Command = {
  name: 'config check',
  summary: 'Say whether the configuration can be used, and what it weakens',
  options: { config: configOption },
  async run(given, out) {
    const { config, file } = readConfig(given.text('config'), undefined);
    for (const line of weakenings(config)) out.print(`WEAKENED ${line}`);
    out.print(`${file} can be used.`);
    return 0;
  },
};
