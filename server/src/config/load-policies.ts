/** Policy documents from YAML files. Which files, and in which order, is never left to the file system: names are sorted. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { ConfigError } from './config-error.ts';
import { parsedYaml } from './load-config.ts';

/** The policies that come with Fireguard. */
export const packagedPolicies: string = path.resolve(import.meta.dirname, '../../policies/default.yaml');

/** Parsed documents, for `compilePolicies`. Throws ConfigError when a file cannot be read, or when there is none. */
export function loadPolicies(places: readonly string[] | undefined): readonly unknown[] {
  const files = (places ?? [packagedPolicies]).flatMap(filesAt);
  if (files.length === 0) throw new ConfigError(['policies.files: there is no policy file in there.']);
  return files.map((file) => {
    try {
      return parsedYaml(readFileSync(file, 'utf8'), file);
    } catch (error) {
      throw error instanceof ConfigError ? error : new ConfigError([`${file}: cannot be read.`]);
    }
  });
}

function filesAt(place: string): readonly string[] {
  try {
    if (!statSync(place).isDirectory()) return [place];
    return readdirSync(place)
      .filter((name) => /\.ya?ml$/.test(name))
      .sort()
      .map((name) => path.join(place, name));
  } catch {
    throw new ConfigError([`policies.files: ${place} cannot be read.`]);
  }
}
