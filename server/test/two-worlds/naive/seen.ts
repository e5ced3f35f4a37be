import type { Json } from '../json.ts';
import { releasedForm, withDuties } from './mask.ts';
import type { Mark } from './told-labels.ts';

const REDACTED = 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue|REDACTED';

export interface View {
  readonly mask: readonly string[];
  /** Members that stand for what is masked. */
  readonly announced: Json;
  readonly obliged: readonly string[];
  readonly isMarked: boolean;
  /** Dates of which only the year is shown. */
  readonly years: readonly string[];
  readonly mark: Mark;
}

/** Seen, with what is masked of it. The form is made when it is asked for: most are not. */
export class Seen {
  readonly mask: readonly string[];
  /** Labels that rules put on it, as `system|code`. */
  readonly obliged: readonly string[];
  /** It is told that it is not whole. */
  readonly isMarked: boolean;
  /** What a Bundle says that holds it. */
  readonly mark: Mark;
  readonly #resource: Json;
  readonly #announced: Json;
  readonly #years: readonly string[];
  #form: Json;
  #searched: Json;

  constructor(resource: Json, { mask, announced, obliged, isMarked, years, mark }: View) {
    this.mask = mask;
    this.obliged = obliged;
    this.isMarked = isMarked;
    this.mark = mark;
    this.#resource = resource;
    this.#announced = announced;
    this.#years = years;
  }

  /** Some of it may be shown otherwise than it is. */
  get isChanged(): boolean {
    return this.#years.length > 0;
  }

  /** All labels that travel with it. */
  get duties(): readonly string[] {
    return this.isMarked ? [...new Set([...this.obliged, REDACTED])] : this.obliged;
  }

  /** As it may leave. */
  get form(): Json {
    this.#form ??= withDuties(this.searched, this.duties);
    return this.#form;
  }

  /** As searches see it: what travels along is not searched. */
  get searched(): Json {
    this.#searched ??= releasedForm(cut(this.#resource, this.#years), this.mask, this.#announced, this.isMarked);
    return this.#searched;
  }
}

/** What is no date is not shown where one stands. */
function cut(resource: Json, years: readonly string[]): Json {
  const shown = { ...resource };
  for (const path of years) {
    if (shown[path] === undefined) continue;
    if (/^\d{4}(-\d\d(-\d\d(T.*)?)?)?$/.test(shown[path])) shown[path] = shown[path].slice(0, 4);
    else delete shown[path];
    delete shown[`_${path}`];
  }
  return shown;
}
