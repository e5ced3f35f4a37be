// Conditional references (`Practitioner?identifier=system|value`, FHIR R4 http §3.1.0.11.3): who is known by which identifier.
import { createHash } from 'node:crypto';
import { NONE, name } from '../json.ts';
import type { Piece } from './pieces.ts';

export interface Condition {
  readonly type: string;
  readonly system: string;
  readonly value: string;
  /** The id of a placeholder, should nothing be found: follows from the rest. */
  readonly id: string;
}

/** A reference by identifier, or undefined for any other text. */
export function conditionOf(link: string): Condition | undefined {
  const match = /^([A-Z][A-Za-z]+)\?identifier=([^&]+)$/.exec(link);
  if (match === null) return undefined;
  const [type = '', token = ''] = match.slice(1);
  let text = token;
  try {
    text = decodeURIComponent(token);
  } catch {
    // Not percent-encoded after all: taken as it stands.
  }
  const bar = text.indexOf('|');
  const [system, value] = bar < 0 ? ['', text] : [text.slice(0, bar), text.slice(bar + 1)];
  const hex = createHash('sha256').update(`${type} ${system} ${value}`).digest('hex');
  return {
    type,
    system,
    value,
    id: `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-9${hex.slice(17, 20)}-${hex.slice(20, 32)}`,
  };
}

const N = { identifier: name('identifier'), system: name('system'), value: name('value') };

export class Identities {
  readonly #known = new Map<string, string>();

  learn({ document, root, type, id }: Piece): void {
    if (!TYPES.has(type)) return;
    const list = document.member(root, N.identifier);
    for (let item = document.first(list); item !== NONE; item = document.next(item)) {
      const value = document.string(document.member(item, N.value));
      if (value === undefined) continue;
      const system = document.string(document.member(item, N.system)) ?? '';
      for (const each of new Set([system, ''])) {
        const key = keyOf(type, each, value);
        if (!this.#known.has(key)) this.#known.set(key, `${type}/${id}`);
      }
    }
  }

  find({ type, system, value }: Condition): string | undefined {
    return this.#known.get(keyOf(type, system, value));
  }
}

/** What others refer to by identifier; the index stays small. */
const TYPES = new Set([
  'Practitioner',
  'PractitionerRole',
  'Organization',
  'Location',
  'Patient',
  'HealthcareService',
  'Device',
  'Medication',
  'Coverage',
  'Encounter',
]);
const keyOf = (type: string, system: string, value: string): string => `${type} ${system} ${value}`;
