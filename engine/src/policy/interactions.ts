/** FHIR R4 http.html: the interactions on which a rule can decide, and their CRUDE groups for role-based access. */
import type { Interaction } from '../request/request.ts';

/**
 * A batch, a transaction and a conditional interaction are decided through the reads, searches and writes that they consist of; the
 * capability statement is nobody's data. So no rule can name them.
 */
export type DecidedInteraction = Exclude<
  Interaction,
  'capabilities' | 'batch' | 'transaction' | 'conditional-update' | 'conditional-patch' | 'conditional-delete'
>;

export type CrudeLetter = 'C' | 'R' | 'U' | 'D' | 'E';

export const crudeGroup = {
  read: 'R',
  vread: 'R',
  'history-instance': 'R',
  'history-type': 'R',
  'history-system': 'R',
  search: 'R',
  create: 'C',
  update: 'U',
  patch: 'U',
  delete: 'D',
  operation: 'E',
} as const satisfies Record<DecidedInteraction, CrudeLetter>;

export const decidedInteractions = Object.freeze(Object.keys(crudeGroup)) as readonly DecidedInteraction[];

/** The interactions named, or those of the CRUDE groups named. */
export function interactionsOf(
  written: readonly DecidedInteraction[] | { readonly group: readonly CrudeLetter[] },
): ReadonlySet<DecidedInteraction> {
  if (!('group' in written)) return new Set(written);
  return new Set(decidedInteractions.filter((interaction) => written.group.includes(crudeGroup[interaction])));
}

export function isDecided(interaction: Interaction): interaction is DecidedInteraction {
  return Object.hasOwn(crudeGroup, interaction);
}
