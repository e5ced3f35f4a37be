/** `fireguard serve`: starts everything, or one part of it, says where it is, and stops gracefully on Ctrl-C or SIGTERM. */
import { configFor, roles } from '../start/role.ts';
import { CliError } from './cli-error.ts';
import type { Command } from './command.ts';
import { configOption } from './config-option.ts';

export const serve: Command = {
  name: 'serve',
  summary: 'Run Fireguard',
  options: {
    config: configOption,
    role: { type: 'string', value: 'ROLE', what: `which part to run: ${roles.join(', ')} (default: all)` },
    home: { type: 'string', value: 'DIR', what: 'folder of database, keys and journal (default: what the configuration says)' },
  },
  async run(given, out) {
    const { readConfig } = await import('./read-config.ts');
    const role = roles.find((one) => one === (given.text('role') ?? 'all'));
    if (role === undefined) throw new CliError(`--role ${given.text('role')}: it is one of ${roles.join(', ')}.`);
    const config = configFor(readConfig(given.text('config'), given.text('home')).config, role);
    // Only this command needs the whole server: the others answer at once.
    const { start } = await import('../main.ts');
    const stopping = stopSignal();
    const running = await start(config, { role, tell: out.tell });
    if (role !== 'all') out.tell(`Runs      ${role}`);
    out.tell(`FHIR API  ${running.urls.fhir}`);
    out.tell(`Sign-in   ${running.urls.issuer}`);
    out.tell(`Console   ${running.urls.issuer}/console/`);
    out.tell(`Home      ${config.home}`);
    await stopping;
    out.tell('Stopping: finishing what is in work.');
    await running.close();
    return 0;
  },
};

/** Listened for from before the start, so that an early Ctrl-C stops what was just started instead of tearing it. A second one is the operator's last word. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const stop = () => {
      if (asked) process.exit(1);
      asked = true;
      resolve();
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}
