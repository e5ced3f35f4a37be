/**
 * Authorization data (hardening B4-65): what these resources say decides who may see what, so a rule lets nobody write them by the way. It must name
 * the type; a category is not enough.
 */
import type { Applicable } from '../policy/compiled.ts';
import type { Interaction } from '../request/request.ts';

const authorizationData: ReadonlySet<string> = new Set([
  'CareTeam',
  'Consent',
  'Contract',
  'Group',
  'Permission',
  'Person',
  'PractitionerRole',
  'RelatedPerson',
]);
const writes: ReadonlySet<Interaction> = new Set(['create', 'update', 'patch', 'delete']);

export function hasOwnPrivilege({ rule }: Applicable, type: string, interaction: Interaction): boolean {
  return !writes.has(interaction) || !authorizationData.has(type) || rule.types?.has(type) === true;
}
