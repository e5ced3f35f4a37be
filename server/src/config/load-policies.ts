/** Policy documents from YAML files. Which files, and in which order, is never left to the file system: names are sorted. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { ConfigError } from './config-error.ts';
import { parsedYaml } from './load-config.ts';

/** The policies that come with Fireguard. */
export const packagedPolicies: string = path.resolve(import.meta.dirname, '../../policies/default.yaml');

/** Parsed documents, for `compilePolicies`. Throws ConfigError when a file cannot be read, or when there is none. */
export function loadPolicies(places: readonly string[] | undefined): readonly unknown[] {
  const files = (places ?? [packagedPolicies]).flatMap((place) => filesAt(place, /\.ya?ml$/, 'policies.files'));
  if (files.length === 0) throw new ConfigError(['policies.files: there is no policy file in there.']);
  return files.map((file) => {
    try {
      return withOwnTexts(parsedYaml(readFileSync(file, 'utf8'), file));
    } catch (error) {
      throw error instanceof ConfigError ? error : new ConfigError([`${file}: cannot be read.`]);
    }
  });
}

/** Parsed ValueSets and Bundles, for `valueSets`. Throws ConfigError when a file cannot be read. */
export function loadValueSets(places: readonly string[] | undefined): readonly unknown[] {
  return (places ?? [])
    .flatMap((place) => filesAt(place, /\.json$/, 'policies.valueSets'))
    .map((file) => {
      try {
        return JSON.parse(readFileSync(file, 'utf8')) as unknown;
      } catch {
        throw new ConfigError([`${file}: cannot be read as JSON.`]);
      }
    });
}

/**
 * A text that was cut out of a file keeps the whole file, and with it the two bytes a letter that one dash in a comment takes: so would every record and answer in
 * which a rule is named.
 */
function withOwnTexts(value: unknown): unknown {
  if (typeof value === 'string') return /^[\x20-\x7e]*$/.test(value) ? Buffer.from(value, 'latin1').toString('latin1') : value;
  if (Array.isArray(value)) return value.map(withOwnTexts);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withOwnTexts(member)]));
}

function filesAt(place: string, ending: RegExp, key: string): readonly string[] {
  try {
    if (!statSync(place).isDirectory()) return [place];
    return readdirSync(place)
      .filter((name) => ending.test(name))
      .sort()
      .map((name) => path.join(place, name));
  } catch {
    throw new ConfigError([`${key}: ${place} cannot be read.`]);
  }
}
