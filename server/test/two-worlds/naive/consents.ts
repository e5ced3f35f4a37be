import type { Json } from '../json.ts';
import type { SceneConsent } from '../scenario.ts';
import type { NaiveLabels } from './labels.ts';

/** What one consent denies, as whoever wrote it said. */
export function denied(
  denies: SceneConsent['denies'],
  resource: Json,
  { rank, sensitivities }: NaiveLabels,
  isGuardian: boolean,
): boolean {
  if (typeof denies === 'string') return denies === 'everyone' || (denies === 'everyone-but-guardians' && !isGuardian);
  if ('types' in denies) return denies.types.includes(resource.resourceType);
  if ('butTypes' in denies) return !denies.butTypes.includes(resource.resourceType);
  if ('instance' in denies) return `${resource.resourceType}/${resource.id}` === denies.instance;
  return sensitivities.includes(denies.sensitivity) || rank < 0;
}
