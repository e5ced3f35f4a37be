/** The configuration that a command means: `--config FILE`, or `fireguard.yaml` here. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { loadConfig } from '../config/load-config.ts';
import type { FireguardConfig } from '../config/schema.ts';
import { CliError } from './cli-error.ts';

/** `home` replaces the file's own. */
export function readConfig(
  given: string | undefined,
  home: string | undefined,
): { readonly config: FireguardConfig; readonly file: string } {
  const file = path.resolve(given ?? 'fireguard.yaml');
  if (!existsSync(file)) {
    throw new CliError(
      `${file} does not exist. Write one (docs/reference/configuration.schema.json says what it holds), or name another with --config.`,
    );
  }
  const config = loadConfig(file);
  return { file, config: home === undefined ? config : Object.freeze({ ...config, home: path.resolve(home) }) };
}
