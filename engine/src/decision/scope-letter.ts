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
  // SMART leaves operations to the server; until each is described as the reads and writes that it implies, no scope reaches one.
  operation: undefined,
} as const satisfies Record<DecidedInteraction, Action | undefined>;

export function scopeLetter(interaction: DecidedInteraction): Action | undefined {
  return letters[interaction];
}
