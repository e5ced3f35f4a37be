// Where the parts of the generator write: one ledger, in the order in which a server can load it (targets before sources).
import { type Label, security } from './labels.ts';
import type { Random } from './random.ts';
import { type FhirResource, type JsonObject, resource } from './resource.ts';

export interface Reference {
  readonly reference: string;
  readonly display?: string;
}

export class Ledger {
  readonly #now: number;
  readonly #resources: FhirResource[] = [];

  constructor(now: Date) {
    this.#now = now.getTime();
  }

  get resources(): readonly FhirResource[] {
    return this.#resources;
  }

  /** Adds a resource under a new id from `random`; `display` is what references to it show. Unlabelled means normal confidentiality. */
  add(
    random: Random,
    type: string,
    body: JsonObject,
    options: { readonly label?: Label | undefined; readonly display?: string; readonly id?: string } = {},
  ): Reference {
    const id = options.id ?? random.uuid();
    const meta = options.label === undefined ? {} : { meta: { security: security(options.label) } };
    this.#resources.push(resource({ resourceType: type, id, ...meta, ...body }));
    const reference = `${type}/${id}`;
    return options.display === undefined ? { reference } : { reference, display: options.display };
  }

  /** A date, `YYYY-MM-DD`. Days in the future are negative. */
  date(daysAgo: number): string {
    return this.#at(daysAgo, 12 * 60).slice(0, 10);
  }

  /** An instant in UTC with whole seconds, at a minute of that day. */
  instant(daysAgo: number, minuteOfDay: number): string {
    return `${this.#at(daysAgo, minuteOfDay).slice(0, 19)}Z`;
  }

  #at(daysAgo: number, minuteOfDay: number): string {
    const midnight = Math.floor(this.#now / 86_400_000) * 86_400_000;
    return new Date(midnight - Math.round(daysAgo) * 86_400_000 + Math.round(minuteOfDay * 60_000)).toISOString();
  }
}

/** The id in `Type/id`. */
export const idOf = (reference: Reference): string => reference.reference.slice(reference.reference.indexOf('/') + 1);

/** A generated narrative; `sentence` must be plain text. */
export const narrative = (sentence: string) => ({
  status: 'generated',
  div: `<div xmlns="http://www.w3.org/1999/xhtml"><p>${sentence.replace(/&/g, '&amp;').replace(/</g, '&lt;')}</p></div>`,
});
