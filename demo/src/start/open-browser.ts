/** Opens the console in a browser where there is one to open it in; never more than an offer. */
import { spawn } from 'node:child_process';

export function openBrowser(url: string): void {
  if (!process.stdout.isTTY || process.env['CI'] !== undefined) return;
  const command =
    process.platform === 'darwin' ? 'open' : process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'] ? 'xdg-open' : undefined;
  if (command === undefined) return;
  const child = spawn(command, [url], { detached: true, stdio: 'ignore' });
  child.on('error', () => undefined);
  child.unref();
}
