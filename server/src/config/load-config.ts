/** Reads `fireguard.yaml`: strict YAML, references, schema, posture; in this order. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseDocument } from 'yaml';
import { checkedConfig } from './checked-config.ts';
import { ConfigError } from './config-error.ts';
import { resolveReferences } from './resolve-references.ts';
import type { FireguardConfig } from './schema.ts';

export function loadConfig(file: string, env: Readonly<Record<string, string | undefined>> = process.env): FireguardConfig {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new ConfigError([`${file}: cannot be read. Write one, or name another with --config.`]);
  }
  const folder = path.dirname(path.resolve(file));
  const config = checkedConfig(resolveReferences(parsedYaml(text, file), folder, env));
  return Object.freeze({
    ...config,
    home: path.resolve(folder, config.home),
    pages: {
      ...config.pages,
      ...(config.pages.logo === undefined ? {} : { logo: path.resolve(folder, config.pages.logo) }),
    },
    signIn: {
      ...config.signIn,
      ...(config.signIn.breachedPasswords === undefined
        ? {}
        : { breachedPasswords: path.resolve(folder, config.signIn.breachedPasswords) }),
    },
    audit: { ...config.audit, checkpoints: checkpointsBelow(folder, config.audit.checkpoints) },
    notify: { targets: config.notify.targets.map((target) => pathBelow(folder, target)) },
    forward: { targets: config.forward.targets.map((target) => pathBelow(folder, target)) },
    labels: labelsBelow(folder, config.labels),
    policies: policiesBelow(folder, config.policies),
    upstreams: config.upstreams.map(({ policies, labels, ...one }) => ({
      ...one,
      ...(policies === undefined ? {} : { policies: policiesBelow(folder, policies) }),
      ...(labels === undefined ? {} : { labels: labelsBelow(folder, labels) }),
    })),
  });
}

function labelsBelow(folder: string, labels: FireguardConfig['labels']): FireguardConfig['labels'] {
  return { ...labels, rules: labels.rules?.map((name) => path.resolve(folder, name)) };
}

function policiesBelow(folder: string, { files, valueSets }: FireguardConfig['policies']): FireguardConfig['policies'] {
  return {
    files: files?.map((name) => path.resolve(folder, name)),
    valueSets: valueSets?.map((name) => path.resolve(folder, name)),
  };
}

type Checkpoints = FireguardConfig['audit']['checkpoints'];

function checkpointsBelow(folder: string, checkpoints: Checkpoints): Checkpoints {
  return checkpoints.file === undefined ? checkpoints : { ...checkpoints, file: path.resolve(folder, checkpoints.file) };
}

function pathBelow<Target extends { readonly kind: string }>(folder: string, target: Target): Target {
  return 'path' in target && typeof target.path === 'string' ? { ...target, path: path.resolve(folder, target.path) } : target;
}

/** One YAML document; no duplicate keys, no more aliases than a person would write (alias bombs). Throws ConfigError. */
export function parsedYaml(text: string, file: string): unknown {
  const document = parseDocument(text, { strict: true, uniqueKeys: true, prettyErrors: false });
  const first = document.errors[0] ?? document.warnings[0];
  if (first !== undefined)
    throw new ConfigError([`${file}:${lineOf(text, first.pos[0])}: ${first.code.toLowerCase().replaceAll('_', ' ')}.`]);
  try {
    return document.toJS({ maxAliasCount: 20 });
  } catch {
    throw new ConfigError([`${file}: too many aliases.`]);
  }
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
