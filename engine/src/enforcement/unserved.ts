/** Interactions that are understood and not served. Authentication and scope come first all the same. */

import { type DecidedInteraction, isDecided } from '../policy/interactions.ts';
import { Problem } from '../problem.ts';
import type { FhirRequest } from '../request/request.ts';
import { admit } from './admit.ts';
import type { Given } from './given.ts';
import type { Denied } from './outcome.ts';
import { refuseStranger } from './refuse-stranger.ts';

export function unserved(given: Given): Denied {
  const { asked } = given;
  for (const type of typesOf(asked)) {
    const admitted = admit(given, heldAs(asked.interaction), type);
    if (admitted.kind === 'denied') return admitted;
  }
  const stranger = refuseStranger(given);
  if (stranger !== undefined) return stranger;
  if (asked.interaction === 'operation') throw new Problem('operation-not-supported', 'This operation is not served.');
  throw new Problem('interaction-not-supported', 'This interaction is not served.');
}

/** A conditional write is held against what it would do. */
function heldAs(interaction: FhirRequest['interaction']): DecidedInteraction {
  if (isDecided(interaction)) return interaction;
  if (interaction === 'conditional-delete') return 'delete';
  return interaction === 'conditional-patch' ? 'patch' : 'update';
}

/** An operation has no letter of its own in a scope, so it is not held against its type here. */
function typesOf(asked: FhirRequest): readonly string[] {
  if (asked.interaction === 'operation') return [];
  if (asked.interaction === 'search') return asked.types;
  return 'type' in asked && asked.type !== undefined ? [asked.type] : [];
}
