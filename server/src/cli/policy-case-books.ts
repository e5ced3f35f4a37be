/** Files of cases: YAML, one book each; `callers.yaml` beside them says who the cases speak of. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { type Callers, type CaseBook, checkBook, checkCallers, Problem } from '@fireguard/engine';
import { ConfigError } from '../config/config-error.ts';
import { parsedYaml } from '../config/load-config.ts';

export interface FiledBook {
  readonly file: string;
  readonly book: CaseBook;
  readonly callers: Callers;
}

const CALLERS = 'callers.yaml';

/** A file, or all files of a folder by name. Throws ConfigError. */
export function caseBooks(place: string): readonly FiledBook[] {
  const files = isFolder(place)
    ? readdirSync(place)
        .filter((name) => /\.ya?ml$/.test(name) && name !== CALLERS)
        .sort()
        .map((name) => path.join(place, name))
    : [place];
  if (files.length === 0) throw new ConfigError([`${place}: there is no file of cases in there.`]);
  return files.map((file) => {
    const callers = callersBeside(file);
    return { file, callers, book: checked(file, () => checkBook(parsed(file))) };
  });
}

function callersBeside(file: string): Callers {
  const beside = path.join(path.dirname(file), CALLERS);
  let text: string;
  try {
    text = readFileSync(beside, 'utf8');
  } catch {
    return {};
  }
  return checked(beside, () => checkCallers((parsedYaml(text, beside) as { readonly callers?: unknown } | null)?.callers));
}

function parsed(file: string): unknown {
  try {
    return parsedYaml(readFileSync(file, 'utf8'), file);
  } catch (error) {
    throw error instanceof ConfigError ? error : new ConfigError([`${file}: cannot be read.`]);
  }
}

function checked<T>(file: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new ConfigError([`${file}: ${error.detail ?? error.publicText}`]);
  }
}

function isFolder(place: string): boolean {
  try {
    return statSync(place).isDirectory();
  } catch {
    throw new ConfigError([`${place}: cannot be read.`]);
  }
}
