/** SMART App Launch 2.2 §Scopes for requesting FHIR Resources: which letter of a scope covers an interaction. */
import type { DecidedInteraction } from '../policy/interactions.ts';
import type { Action } from '../scope/scope.ts';

const letters = {
  read: 'r',
  vread: 'r',
  'history-instance': 'r',
  'history-type': 's',
  'history-system': 's',
  search: 's',
  create: 'c',
  update: 'u',
  patch: 'u',
  delete: 'd',
  // SMART leaves operations to the server: each is held as the reads and searches that it implies, and no scope reaches one itself.
  operation: undefined,
} as const satisfies Record<DecidedInteraction, Action | undefined>;

export function scopeLetter(interaction: DecidedInteraction): Action | undefined {
  return letters[interaction];
}
