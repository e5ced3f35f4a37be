/** `${env:NAME}` and `${file:path}`: secrets stay out of the file. Only a whole value can be a reference; nothing is pieced together. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigError } from './config-error.ts';

/** Replaces every reference in `document`. `folder`: what relative paths start from. Throws ConfigError for one that leads nowhere. */
export function resolveReferences(
  document: unknown,
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): unknown {
  const missing: string[] = [];
  const walk = (value: unknown, at: string): unknown => {
    if (typeof value === 'string') return resolved(value, at);
    if (Array.isArray(value)) return value.map((item, index) => walk(item, `${at}.${index}`));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [key, walk(member, at === '' ? key : `${at}.${key}`)]),
    );
  };
  const resolved = (value: string, at: string): string => {
    const reference = /^\$\{(env|file):([^}]+)\}$/.exec(value);
    if (reference === null) {
      if (value.includes('${')) missing.push(`${at}: a reference must be the whole value: \${env:NAME} or \${file:path}.`);
      return value;
    }
    const [, kind, name] = reference;
    const found = kind === 'env' ? env[name!] : fileText(path.resolve(folder, name!));
    if (found === undefined || found === '')
      missing.push(`${at}: \${${kind}:${name}} is ${kind === 'env' ? 'not set' : 'not a readable file, or empty'}.`);
    return found ?? '';
  };
  const result = walk(document, '');
  if (missing.length > 0) throw new ConfigError(missing);
  return result;
}

function fileText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch {
    return undefined;
  }
}
