/** From a parsed document to a complete configuration, or a ConfigError that names every mistake at once. */
import type { z } from 'zod';
import { ConfigError } from './config-error.ts';
import { nearestKey } from './nearest-key.ts';
import { postureErrors } from './posture.ts';
import { configuration, type FireguardConfig } from './schema.ts';

export function checkedConfig(document: unknown): FireguardConfig {
  const result = configuration.safeParse(document);
  if (!result.success) throw new ConfigError(result.error.issues.flatMap((issue) => linesOf(issue)));
  const refused = postureErrors(result.data);
  if (refused.length > 0) throw new ConfigError(refused);
  return frozen(result.data);
}

function linesOf(issue: z.core.$ZodIssue): readonly string[] {
  const at = issue.path.join('.');
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => {
        const near = nearestKey(key, issue.path);
        return `${[...issue.path, key].join('.')}: there is no such key.${near === undefined ? '' : ` Did you mean ${[...issue.path, near].join('.')}?`}`;
      });
    case 'invalid_union':
      return [`${at}: this has none of the forms that are possible here.`];
    default:
      return [`${at === '' ? 'the configuration' : at}: ${issue.message}`];
  }
}

function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) frozen(member);
  }
  return value;
}
