/** SMART: what the token's scopes reach. */
import { type Json, valuesAt } from '../json.ts';
import type { SceneCaller } from '../scenario.ts';
import { letters, type NaiveInteraction } from './interactions.ts';
import { inCompartmentOf } from './patients.ts';
import { naiveTypes } from './types.ts';

export function inScope(caller: SceneCaller, resource: Json, interaction: NaiveInteraction): boolean {
  const type = resource.resourceType;
  return caller.scopes.some((text) => {
    if (text === 'openid' || text === 'fhirUser') {
      return interaction === 'read' && caller.kind === 'user' && caller.fhirUser === `${type}/${resource.id}`;
    }
    const [, context, named, actions = '', query] =
      /^(patient|user|system)\/([A-Za-z*]+)\.([cruds]+)(?:\?(.*))?$/.exec(text) ?? [];
    if (context === undefined || (named !== '*' && named !== type) || !actions.includes(letters[interaction])) return false;
    if (context === 'patient') {
      if (
        caller.patient === undefined ||
        naiveTypes[type]!.compartment.length === 0 ||
        !inCompartmentOf(resource, caller.patient)
      )
        return false;
    } else if (context !== caller.kind) return false;
    return query === undefined || granularHolds(resource, query);
  });
}

/** All of the type, whatever it is. */
export function reachesAll(caller: SceneCaller, type: string, interaction: NaiveInteraction): boolean {
  return caller.scopes.some((text) => {
    const [, context, named, actions = ''] = /^(user|system)\/([A-Za-z*]+)\.([cruds]+)$/.exec(text) ?? [];
    return context === caller.kind && (named === '*' || named === type) && actions.includes(letters[interaction]);
  });
}

/** The granular constraints that the harness writes: `status=final`, `category=system|code`. */
function granularHolds(resource: Json, query: string): boolean {
  const [name = '', value = ''] = query.split('=');
  const [system, code] = value.includes('|') ? value.split('|') : [undefined, value];
  return valuesAt(resource, name).some((one) =>
    typeof one === 'string'
      ? system === undefined && one === code
      : (one.coding ?? [one]).some(
          (coding: Json) => coding.code === code && (system === undefined || coding.system === system),
        ),
  );
}
