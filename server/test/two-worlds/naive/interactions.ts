/** What may be done with a resource, with the letters that SMART scopes and rules have for it. */
export const interactions = [
  'read',
  'vread',
  'search',
  'history-instance',
  'history-type',
  'history-system',
  'update',
  'patch',
  'delete',
  'create',
] as const;
export type NaiveInteraction = (typeof interactions)[number];

/** Of SMART scopes. */
export const letters: Readonly<Record<NaiveInteraction, string>> = {
  ...{ read: 'r', vread: 'r', 'history-instance': 'r', 'history-type': 's', 'history-system': 's', search: 's' },
  ...{ create: 'c', update: 'u', patch: 'u', delete: 'd' },
};

/** Of the policy language (CRUDE). */
export const groups: Readonly<Record<NaiveInteraction, string>> = {
  ...{ read: 'R', vread: 'R', 'history-instance': 'R', 'history-type': 'R', 'history-system': 'R', search: 'R' },
  ...{ create: 'C', update: 'U', patch: 'U', delete: 'D' },
};

export const isWriting = (interaction: NaiveInteraction) => groups[interaction] !== 'R';
