/** A complete configuration from the few things that have no default; for tests, the demo and `fireguard config print`. */
import { checkedConfig } from './checked-config.ts';
import type { ConfigInput, FireguardConfig } from './schema.ts';

export function defaultConfig(overrides: ConfigInput): FireguardConfig {
  return checkedConfig(overrides);
}
