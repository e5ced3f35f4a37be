/**
 * masks that say so. In the place of a withheld element stands an extension `data-absent-reason` with `masked` — always, also where nothing was
 * withheld, or its absence would tell (search-semantics §7).
 */
import { containerOf } from '../fhir/structure.ts';
import type { FhirTables } from '../fhir/tables.ts';
import type { AnnouncedMask } from './compiled.ts';
import type { PolicyRule } from './document.ts';
import { expandElement } from './element-paths.ts';
import { refusePolicy } from './refuse-policy.ts';

const MASKED = '{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}]}';

/** By type; empty unless the rule announces what it masks. Throws Problem `policy-invalid`. */
export function announcedMasks(
  rule: PolicyRule,
  tables: FhirTables,
  at: string,
): ReadonlyMap<string, readonly AnnouncedMask[]> {
  const found = new Map<string, AnnouncedMask[]>();
  if (rule.maskAs === undefined) return found;
  const key = rule.effect === 'permit' ? 'mask' : 'elements';
  const written = rule[key];
  if (written === undefined) refusePolicy(`${at}.maskAs`, `there is nothing to announce without ${key}`);
  if (rule.maskAs === 'silence') return found;
  for (const [index, text] of written.entries()) {
    const place = `${at}.${key}[${index}]`;
    const [type, ...steps] = text.split('.') as [string, ...string[]];
    if (steps.length > 1)
      refusePolicy(place, 'only a first element of a resource can be announced; leave maskAs out, or mask the whole element');
    // Of a choice only one may stand: the first, whichever was there.
    const [element] = expandElement(type, steps, tables, place);
    found.set(type, [...(found.get(type) ?? []), maskOf(type, element!, tables, place)]);
  }
  return found;
}

function maskOf(type: string, element: string, tables: FhirTables, place: string): AnnouncedMask {
  const shape = containerOf(tables.version, type)?.get(element);
  if (shape === undefined) refusePolicy(place, `it is not known how ${element} is written; leave maskAs out`);
  return Object.freeze({
    path: element,
    key: shape.inside === undefined ? `_${element}` : element,
    value: shape.repeats ? `[${MASKED}]` : MASKED,
  });
}
