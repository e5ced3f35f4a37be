/** `--config FILE`, alike wherever a command takes it. */
import type { Option } from './command.ts';

export const configOption: Option = { type: 'string', value: 'FILE', what: 'the configuration (default ./fireguard.yaml)' };
