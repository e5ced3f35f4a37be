/** What the site has settled, as the engine takes it. */
import type { LabelProtection, Protection } from '@fireguard/engine';
import type { ConsentsSettings, PurposesSettings } from './config.ts';

export function protectionOf(
  { conflict, implicit, onlyVerified }: ConsentsSettings,
  { required }: PurposesSettings,
  labels: LabelProtection | undefined,
): Protection {
  return Object.freeze({
    consents: Object.freeze({ conflict, implicit, verified: onlyVerified }),
    purposesRequired: new Set(required),
    labels,
  });
}
